package io.drawbridge.auth.bridge;

import io.drawbridge.connection.SharedText;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * The sessions of one event loop that listen to one address. To be used on that event loop, but for
 * {@link #size}.
 */
final class Audience {
  final String address;
  final Context context;

  /** Completes once the event bus knows that somebody listens; set when it was joined. */
  Future<Void> heard = Future.succeededFuture();

  private final List<Registration> members = new ArrayList<>(1);
  private volatile int size;

  /** Whose turn it is to be given what only one gets. */
  private int next;

  Audience(String address, Context context) {
    this.address = address;
    this.context = context;
  }

  /** How many listen; may be asked from anywhere. */
  int size() {
    return size;
  }

  void add(Registration member) {
    member.index = members.size();
    members.add(member);
    size = members.size();
  }

  /** The last one takes the place of the one that goes, so that nothing has to move up. */
  void remove(Registration member) {
    Registration last = members.remove(members.size() - 1);
    if (last != member) {
      members.set(member.index, last);
      last.index = member.index;
    }
    size = members.size();
  }

  /** Gives it to all; from the end, since one that can take no more removes itself meanwhile. */
  void deliver(ByteBuf envelope) {
    SharedText text = new SharedText(envelope);
    try {
      for (int i = members.size() - 1; i >= 0; i--) {
        if (i < members.size()) {
          members.get(i).session.hear(text);
        }
      }
    } finally {
      text.release();
    }
  }

  /** Gives it to one that can take it, each in turn; false when none can. */
  boolean offer(Message<?> message) {
    for (int tried = members.size(); tried > 0; tried--) {
      if (next >= members.size()) {
        next = 0;
      }
      Registration member = members.get(next++);
      if (member.session.takes(message)) {
        member.session.give(address, message, member.answerWithin);
        return true;
      }
    }
    return false;
  }
}
