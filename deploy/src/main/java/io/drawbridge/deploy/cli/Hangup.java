package io.drawbridge.deploy.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signal HUP, by which an operator asks to read the settings anew. Without a handler it would
 * end the process.
 *
 * <p>By reflection, since the compiler takes no use of {@code sun.misc}, and Java has nothing else.
 */
final class Hangup {
  private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);

  private Hangup() {}

  /** Runs this each time the signal arrives; does nothing where the system has no such signal. */
  static void onEach(Runnable task) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> called(task, self, method, arguments));
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
    } catch (ReflectiveOperationException missing) {
      LOG.debug("no signal HUP here", missing);
    }
  }

  private static Object called(Runnable task, Object self, Method method, Object[] arguments) {
    switch (method.getName()) {
      case "handle" -> task.run();
      case "equals" -> {
        return self == arguments[0];
      }
      case "hashCode" -> {
        return System.identityHashCode(self);
      }
      case "toString" -> {
        return "handler of HUP";
      }
      default -> {}
    }
    return 0;
  }
}
