/** How a process becomes a node of a cluster: the one place that knows the cluster's manager. */
@NullMarked
package io.drawbridge.deploy.cluster;

import org.jspecify.annotations.NullMarked;
