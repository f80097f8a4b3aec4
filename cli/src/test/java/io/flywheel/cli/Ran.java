package io.flywheel.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;

/** One run of the command, and what came of it. */
@SuppressWarnings("ArrayRecordComponent") // Made and read, never compared.
record Ran(int exit, byte[] bytes, String err) {
  static final Map<String, String> NO_ENVIRONMENT = Map.of();

  static Ran flywheel(String... arguments) {
    return run(NO_ENVIRONMENT, "", false, arguments);
  }

  /** Runs the command against that node. */
  static Ran against(FakeNode node, String... arguments) {
    return flywheel(
        Stream.concat(Arrays.stream(arguments), Stream.of("--node", node.address()))
            .toArray(String[]::new));
  }

  static Ran run(
      Map<String, String> environment, String input, boolean interactive, String... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
    var terminal = new Terminal(in, out, err, interactive, false);
    int exit = Main.run(terminal, environment, arguments);
    return new Ran(exit, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
  }

  String out() {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
