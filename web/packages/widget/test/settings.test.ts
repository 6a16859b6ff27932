// What a host may say in the attributes of the tag.
import { expect, test } from "vitest";
import { isHidden } from "../src/loader/settings.ts";
import { wishesOf } from "../src/panel/wishes.ts";

test.each([
  ["/checkout", "/checkout, /cart/*", true],
  ["/cart/7/pay", "/checkout, /cart/*", true],
  ["/checkout/done", "/checkout, /cart/*", false],
  ["/", "", false],
  ["/", "/", true],
])("at %s, hidden at %j: %s", (path, patterns, hidden) => {
  expect(isHidden(path, patterns)).toBe(hidden);
});

test("what is not said has an answer, and what is no answer is as if it were not said", () => {
  const plain = wishesOf({}, "en");
  expect(plain).toMatchObject({ title: "Write to us", name: "required", email: "optional" });
  expect(wishesOf({ name: "often", email: "off" }, "ru")).toMatchObject({
    title: "Напишите нам",
    name: "required",
    email: "off",
  });
});
