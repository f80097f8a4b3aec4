package io.flywheel.junit.example;

import io.flywheel.client.Fetched;
import io.flywheel.client.FlywheelClient;
import io.flywheel.client.Put;
import io.flywheel.client.PutOptions;
import io.flywheel.client.Store;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Two phones and one cart. With {@code ./flywheel up} running:
 *
 * <pre>{@code mvn -q -Dquick -Dexample -pl junit -am test-compile}</pre>
 */
public final class ShoppingCart {
  private static final String KEY = "cart:42";

  private ShoppingCart() {}

  public static void main(String[] addresses) {
    shop(System.out::println, addresses);
  }

  static void shop(Consumer<String> out, String... addresses) {
    try (var phone = FlywheelClient.connect(addresses);
        var tablet = FlywheelClient.connect(addresses)) {
      Store<Cart> onPhone = phone.with(Cart.CODEC);
      Store<Cart> onTablet = tablet.with(Cart.CODEC);
      onPhone.delete(KEY);

      onPhone.update(KEY, Cart.EMPTY, Cart::union, cart -> cart.with("book", 1).with("pen", 2));
      out.accept("phone:   " + onPhone.get(KEY).value());

      // Both have read the same cart, and each writes without knowing of the other.
      Fetched<Cart> seenByPhone = onPhone.get(KEY);
      Fetched<Cart> seenByTablet = onTablet.get(KEY);
      onPhone.put(KEY, seenByPhone.value().with("pen", 0), week(seenByPhone));
      onTablet.put(KEY, seenByTablet.value().with("lamp", 1), week(seenByTablet));

      Fetched<Cart> both = onPhone.get(KEY);
      both.siblings().forEach(sibling -> out.accept("sibling: " + sibling));
      out.accept("merged:  " + both.merged(Cart::union).orElse(Cart.EMPTY));

      // Whoever changes it next merges what there is.
      onTablet.update(KEY, Cart.EMPTY, Cart::union, cart -> cart.with("book", 2));
      out.accept("tablet:  " + onPhone.get(KEY).value());
    }
  }

  private static PutOptions week(Fetched<Cart> seen) {
    return Put.context(seen.context()).ttl(Duration.ofDays(7));
  }
}
