// A shop: an application of its own, on a site of its own, that knows Anna and lends the chat her tokens.
import { createHmac, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { anna } from "./house.mjs";

const SECRET = "a secret that the shop shares with the chat";

/** Builds the shop's page, or another `entry`, and serves it. `settings` is what the chat has to be told. */
export async function openShop(entry = "shop.jsx", people = [anna]) {
  const files = await pageFiles(entry);
  // Why it was asked for tokens, how long they are good, and what its page shows.
  const shop = { asked: [], seconds: 300, beseda: "", room: 0 };
  const server = createServer(({ url }, answer) => {
    const { pathname, searchParams } = new URL(url, shop.url);
    if (pathname === "/chat-token") {
      shop.asked.push(searchParams.get("reason"));
      answer.setHeader("Content-Type", "application/json");
      const person = people.find(({ id }) => `${id}` === searchParams.get("person")) ?? people[0];
      answer.end(JSON.stringify({ access: tokenOf(person, shop.seconds) }));
    } else if (pathname === "/") {
      answer.setHeader("Content-Type", "text/html; charset=utf-8");
      answer.end(html(shop));
    } else {
      const file = files.get(pathname);
      answer.statusCode = file ? 200 : 404;
      answer.setHeader("Content-Type", pathname.endsWith(".css") ? "text/css" : "text/javascript");
      answer.end(file);
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  shop.url = `http://127.0.0.1:${server.address().port}`;
  shop.settings = `allowed_origins = ["${shop.url}"]
[[issuers]]
issuer = ""
algorithms = ["HS256"]
secret = "${SECRET}"
`;
  shop.end = () => {
    server.close();
    server.closeAllConnections();
  };
  return shop;
}

const html = ({ beseda, room }) => `<!doctype html>
<html lang="ru"><title>Shop</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/shop.css">
<body data-beseda="${beseda}" data-room="${room}"><div id="shop" style="height: 90vh"></div>
<script type="module" src="/shop.js"></script>`;

/** As a view of Django's, Flask's or Express's would. */
function tokenOf({ id, first_name, last_name, role }, seconds) {
  const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = Math.floor(Date.now() / 1000);
  const claims = { user_id: id, first_name, last_name, role, iat, exp: iat + seconds };
  const told = { token_type: "access", jti: randomUUID(), ...claims };
  const signed = `${base64url({ alg: "HS256", typ: "JWT" })}.${base64url(told)}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

async function pageFiles(name) {
  const built = await build({
    root: fileURLToPath(new URL("..", import.meta.url)),
    configFile: false,
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      write: false,
      target: "es2023",
      lib: {
        entry: fileURLToPath(new URL(name, import.meta.url)),
        formats: ["es"],
        fileName: "shop",
        cssFileName: "shop",
      },
    },
  });
  const outputs = [built].flat().flatMap(({ output }) => output);
  return new Map(outputs.map(({ fileName, code, source }) => [`/${fileName}`, code ?? source]));
}
