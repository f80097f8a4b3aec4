package io.flywheel.simulator.mutant;

import io.flywheel.core.node.Node;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles one edited source file in memory, against the classes that are there. */
final class MutantCompiler {
  /** The annotations are for the build alone and not on the class path of an installation. */
  private static final List<String> ANNOTATIONS = List.of("Nullable", "NullMarked");

  private MutantCompiler() {}

  /** The classes of the mutated file by name. */
  static Map<String, byte[]> compile(Mutant mutant) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new IllegalStateException("mutants need a JDK: this Java has no compiler");
    }
    var diagnostics = new DiagnosticCollector<JavaFileObject>();
    var standard = compiler.getStandardFileManager(diagnostics, null, StandardCharsets.UTF_8);
    var classes = new TreeMap<String, ByteArrayOutputStream>();
    var units = new ArrayList<JavaFileObject>();
    units.add(new Text(mutant.file(), mutant.apply(Sources.read(mutant.file()))));
    for (String annotation : ANNOTATIONS) {
      units.add(new Text("org/jspecify/annotations/" + annotation + ".java", stub(annotation)));
    }
    var options = List.of("-nowarn", "-proc:none", "-cp", classPath());
    boolean compiled =
        compiler
            .getTask(null, new Memory(standard, classes), diagnostics, options, null, units)
            .call();
    if (!compiled) {
      throw new IllegalStateException(
          "trap " + mutant.trap() + " does not compile: " + diagnostics.getDiagnostics());
    }
    var compiledClasses = new TreeMap<String, byte[]>();
    classes.forEach(
        (name, bytes) -> {
          if (name.startsWith("io.flywheel.")) {
            compiledClasses.put(name, bytes.toByteArray());
          }
        });
    return compiledClasses;
  }

  private static String stub(String annotation) {
    return "package org.jspecify.annotations; import java.lang.annotation.*;"
        + " @Target({ElementType.TYPE_USE, ElementType.TYPE, ElementType.PACKAGE,"
        + " ElementType.MODULE}) public @interface "
        + annotation
        + " {}";
  }

  private static String classPath() {
    return placeOf(Node.class) + File.pathSeparator + placeOf(MutantCompiler.class);
  }

  private static Path placeOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Text extends SimpleJavaFileObject {
    private final String text;

    private Text(String path, String text) {
      super(URI.create("string:///" + path), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class Memory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> classes;

    private Memory(JavaFileManager standard, Map<String, ByteArrayOutputStream> classes) {
      super(standard);
      this.classes = classes;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("mem:///" + name), kind) {
        @Override
        public OutputStream openOutputStream() {
          var bytes = new ByteArrayOutputStream();
          classes.put(name, bytes);
          return bytes;
        }
      };
    }
  }
}
