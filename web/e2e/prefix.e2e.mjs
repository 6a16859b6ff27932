// The page on a path of another site: it asks for nothing beside that path.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { anna, boris, bubble, noFaults, openHouse, ready, say, until } from "./house.mjs";
import { png } from "./png.mjs";

const UNDER = "/shop/chat-api";

let house;
before(async () => {
  house = await openHouse({ settings: `base_path = "${UNDER}"\n` });
});
after(() => house?.end());

/** Everything that a page asks for over HTTP and by sockets. */
function watch(page) {
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("websocket", (socket) => asked.push(socket.url()));
  return asked;
}

test("log in, talk and send a picture under a prefix", async () => {
  const page = await house.page(null, "/healthz");
  const asked = watch(page);
  await page.goto(`${house.url}${UNDER}/chat?order=17`);
  await page.getByLabel("Почта, имя или телефон").fill("anna");
  await page.getByLabel("Пароль").fill(anna.password);
  await page.getByRole("button", { name: "Войти" }).click();
  await ready(page);
  match(page.url(), /\/shop\/chat-api\/chat\?room=order:17$/);

  const room = (await house.roomOf(17)).id;
  const other = await ready(await house.page(boris, `${UNDER}/chat?room=${room}`));
  await say(other, "Здравствуйте");
  await bubble(page, "Здравствуйте").waitFor();
  await say(page, "Добрый день");
  await bubble(other, "Добрый день").waitFor();

  const photo = { name: "узел.png", mimeType: "image/png", buffer: png(640, 400) };
  await other.locator('.bs-composer input[type="file"]').setInputFiles(photo);
  await other.getByRole("button", { name: "Отправить" }).click();
  const image = page.locator(".bs-picture img").last();
  await image.waitFor();
  const drawn = () => image.evaluate(({ naturalWidth }) => naturalWidth > 0);
  await until(drawn, "the picture is drawn");
  const messages = await house.call(anna, "GET", `/api/chat/rooms/${room}/messages/`);
  const { file } = messages.find((message) => message.file);
  match(file, /^\/shop\/chat-api\/files\/\d+\//);

  await page.goto(`${house.url}${UNDER}/chat/?room=${room}`);
  await bubble(page, "Здравствуйте").waitFor();
  equal(await page.locator(".bs-row").count(), 3);

  const paths = asked.filter((url) => !url.startsWith("blob:")).map((url) => new URL(url).pathname);
  deepEqual(
    paths.filter((path) => !path.startsWith(`${UNDER}/`)),
    [],
  );
  for (const part of ["/chat/assets/", "/login/", "/api/chat/", "/api/v1/", "/files/"]) {
    ok(
      paths.some((path) => path.startsWith(UNDER + part)),
      `${part} was asked for`,
    );
  }
  await page.context().close();
  await other.context().close();
  noFaults(house);
});
