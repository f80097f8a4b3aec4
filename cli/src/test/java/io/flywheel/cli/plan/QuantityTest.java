package io.flywheel.cli.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1B, 1",
    "1kB, 1000",
    "1KB, 1000",
    "1.5MB, 1500000",
    "10TB, 1e13",
    "1PB, 1e15",
    "1KiB, 1024",
    "2MiB, 2097152",
    "1TiB, 1099511627776"
  })
  void bytesComeInDecimalAndBinaryUnits(String text, double bytes) {
    assertEquals(bytes, Quantity.parseBytes(text), 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "TB", "0", "0TB", "-1TB", "1 TB", "1tb", "1Pb", "1XB", "1,5TB", "1e3", "1TB/s"
      })
  void otherSizesAreRefused(String text) {
    var refusal = assertThrows(IllegalArgumentException.class, () -> Quantity.parseBytes(text));
    assertEquals(
        "'" + text + "' is no size, as in 1PB, 10TB, 500GiB or 1000B", refusal.getMessage());
  }

  @Test
  void ratesTimesCountsAndShares() {
    assertEquals(5e7, Quantity.parseRate("50MB/s"), 0);
    assertEquals(5e7, Quantity.parseRate("50MB"), 0);
    assertEquals(1e6, Quantity.parseCount("1M"), 0);
    assertEquals(50_000, Quantity.parseCount("50k"), 0);
    assertEquals(315_360_000, Quantity.parseSeconds("10y"), 0);
    assertEquals(43_200, Quantity.parseSeconds("12h"), 0);
    assertEquals(0.9, Quantity.parseShare("0.9"), 0);
    assertEquals(0.9, Quantity.parseShare("90%"), 1e-12);
    assertEquals(0, Quantity.parseShare("0"), 0);
    assertThrows(IllegalArgumentException.class, () -> Quantity.parseRate("50MB/m"));
    assertThrows(IllegalArgumentException.class, () -> Quantity.parseCount("1T"));
    assertThrows(IllegalArgumentException.class, () -> Quantity.parseSeconds("10"));
    assertThrows(IllegalArgumentException.class, () -> Quantity.parseSeconds("1ms"));
    assertThrows(IllegalArgumentException.class, () -> Quantity.parseShare("1.1"));
    assertThrows(IllegalArgumentException.class, () -> Quantity.parseShare("NaN"));
  }

  @ParameterizedTest
  @CsvSource({"0, 0B", "999, 999B", "3.3e15, 3.30PB", "1e15, 1PB", "42e9, 42GB"})
  void bytesAreInTheUnitThatFits(double bytes, String text) {
    assertEquals(text, Quantity.bytes(bytes));
  }

  @ParameterizedTest
  @CsvSource({"90, 90s", "671, 11.2m", "153846, 42.7h", "315360000, 10y", "864000, 10d"})
  void timesAreInTheUnitThatFits(double seconds, String text) {
    assertEquals(text, Quantity.seconds(seconds));
  }

  @ParameterizedTest
  @CsvSource({"0.25, 25%", "0.0012, 0.12%", "7.04e-9, 7.0e-09", "1, 100%"})
  void smallProbabilitiesArePowersOfTen(double probability, String text) {
    assertEquals(text, Quantity.probability(probability));
  }
}
