package io.drawbridge.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A message for many connections of one event loop: encoded once, and once more in the framing that
 * some of them have, if one does. To be released after the last was given it.
 */
public final class SharedText {
  private final ByteBuf plain;
  private Framing framing = Framing.NONE;

  /** In the framing that was asked for last; null before the first. */
  private @Nullable ByteBuf framed;

  /**
   * @param plain valid UTF-8 and never changed; the caller keeps its reference
   */
  public SharedText(ByteBuf plain) {
    this.plain = plain;
  }

  /** As it is without a framing. */
  public ByteBuf plain() {
    return plain;
  }

  ByteBuf in(Framing wanted) {
    if (wanted == Framing.NONE) {
      return plain;
    }
    ByteBuf known = framed;
    if (known != null && framing == wanted) {
      return known;
    }
    release();
    String text = wanted.message(plain.toString(StandardCharsets.UTF_8));
    ByteBuf made = PooledByteBufAllocator.DEFAULT.directBuffer(ByteBufUtil.utf8Bytes(text));
    ByteBufUtil.writeUtf8(made, text);
    framing = wanted;
    framed = made;
    return made;
  }

  /** Gives the memory of the second form back. */
  public void release() {
    if (framed != null) {
      framed.release();
      framed = null;
    }
  }
}
