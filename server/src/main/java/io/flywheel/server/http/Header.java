package io.flywheel.server.http;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The request headers that mean something here; all others are ignored. */
public enum Header {
  ACCEPT("Accept", true),
  CONNECTION("Connection", true),
  CONTENT_ENCODING("Content-Encoding", false),
  CONTENT_LENGTH("Content-Length", false),
  CONTENT_TYPE("Content-Type", false),
  CONTEXT("Context", false),
  EXPECT("Expect", false),
  HOST("Host", false),
  IDEMPOTENCY_KEY("Idempotency-Key", false),
  PR("PR", false),
  PW("PW", false),
  R("R", false),
  TIMEOUT("Timeout", false),
  TRANSFER_ENCODING("Transfer-Encoding", false),
  TTL("TTL", false),
  W("W", false);

  private static final List<List<Header>> BY_LENGTH = byLength();

  private final String text;
  private final boolean list;

  Header(String text, boolean list) {
    this.text = text;
    this.list = list;
  }

  /** Whether several lines of it are one list (RFC 9110, 5.3). */
  boolean isList() {
    return list;
  }

  String text() {
    return text;
  }

  static @Nullable Header find(CharSequence name) {
    int length = name.length();
    if (length < BY_LENGTH.size()) {
      for (Header header : BY_LENGTH.get(length)) {
        if (AsciiString.contentEqualsIgnoreCase(name, header.text)) {
          return header;
        }
      }
    }
    return null;
  }

  private static List<List<Header>> byLength() {
    var lists = new ArrayList<List<Header>>();
    for (Header header : values()) {
      while (lists.size() <= header.text.length()) {
        lists.add(new ArrayList<>());
      }
      lists.get(header.text.length()).add(header);
    }
    return lists;
  }
}
