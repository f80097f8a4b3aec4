package io.flywheel.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.flywheel.api.v1.KeyValueProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Clients that were built with an earlier version of the API must go on working, so nothing that
 * was once published changes its number, name or type, or goes away. What was published is in
 * {@code flywheel.v1.txt}; what is new is added there.
 */
final class CompatibilityTest {
  @Test
  void whatWasPublishedIsStillThere() throws IOException {
    var gone = new TreeSet<>(published());
    gone.removeAll(present(KeyValueProto.getDescriptor()));
    assertEquals(new TreeSet<>(), gone, "published, and changed or gone");
  }

  @Test
  void whatIsThereIsPublished() throws IOException {
    var unpublished = present(KeyValueProto.getDescriptor());
    unpublished.removeAll(published());
    assertEquals(new TreeSet<>(), unpublished, "to be added to flywheel.v1.txt");
  }

  private static List<String> published() throws IOException {
    try (InputStream in = CompatibilityTest.class.getResourceAsStream("/flywheel.v1.txt")) {
      var text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().filter(line -> !line.isBlank()).toList();
    }
  }

  private static TreeSet<String> present(FileDescriptor file) {
    var lines = new TreeSet<String>();
    file.getMessageTypes().forEach(message -> add(lines, message));
    for (ServiceDescriptor service : file.getServices()) {
      for (MethodDescriptor method : service.getMethods()) {
        lines.add(
            "%s.%s(%s%s) returns %s%s"
                .formatted(
                    service.getFullName(),
                    method.getName(),
                    method.isClientStreaming() ? "stream " : "",
                    method.getInputType().getFullName(),
                    method.isServerStreaming() ? "stream " : "",
                    method.getOutputType().getFullName()));
      }
    }
    return lines;
  }

  private static void add(TreeSet<String> lines, Descriptor message) {
    for (FieldDescriptor field : message.getFields()) {
      String type =
          field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
              ? field.getMessageType().getFullName()
              : field.getType().name().toLowerCase(Locale.ROOT);
      var oneof = field.getRealContainingOneof();
      lines.add(
          "%s.%s = %d %s%s%s"
              .formatted(
                  message.getFullName(),
                  field.getName(),
                  field.getNumber(),
                  field.isRepeated() ? "repeated " : "",
                  type,
                  oneof == null ? "" : " in " + oneof.getName()));
    }
    message.getNestedTypes().forEach(nested -> add(lines, nested));
  }
}
