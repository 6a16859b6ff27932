// A site that has the widget: an application of its own, on an origin of its own, with pages that a test writes.
import { createHmac, randomUUID } from "node:crypto";
import { createServer } from "node:http";

const SECRET = "a secret that the site shares with the chat";

/**
 * Serves pages at another site than the chat's. A page is a function of the chat's address that gives its `body`, and
 * may give its `head`, its `policy` and its `lang`.
 */
export async function openSite() {
  const site = { beseda: "", pages: {}, files: {}, person: null, asked: 0 };
  const server = createServer(({ url }, answer) => {
    const { pathname } = new URL(url, "http://site");
    const page = site.pages[pathname];
    if (pathname === "/chat-token") {
      site.asked += 1;
      answer.statusCode = site.person ? 200 : 401;
      answer.setHeader("Content-Type", "application/json");
      answer.end(JSON.stringify(site.person ? { token: tokenOf(site.person) } : {}));
    } else if (page) {
      const { head = "", body, policy, lang = "ru" } = page(site.beseda);
      answer.setHeader("Content-Type", "text/html; charset=utf-8");
      if (policy) answer.setHeader("Content-Security-Policy", policy);
      answer.end(`<!doctype html><html lang="${lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Лавка</title>
${head}</head><body>${body}</body></html>`);
    } else {
      const file = site.files[pathname];
      answer.statusCode = file === undefined ? 404 : 200;
      answer.setHeader("Content-Type", pathname.endsWith(".css") ? "text/css" : "text/javascript");
      answer.end(file ?? "");
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  // Another name is another site: nothing of the chat's own storage or cookies is at hand in its frame.
  site.url = `http://localhost:${server.address().port}`;
  site.settings = `allowed_origins = ["${site.url}"]
frame_ancestors = ["'self'", "${site.url}"]
[[issuers]]
issuer = ""
algorithms = ["HS256"]
secret = "${SECRET}"
`;
  site.end = () => {
    server.close();
    server.closeAllConnections();
  };
  return site;
}

/** The tag that brings the widget in. */
export const tag = (beseda, attributes = "") =>
  `<script src="${beseda}/widget.js" async ${attributes}></script>`;

/** As a view of the site's would sign it. */
export function tokenOf({ id, first_name, last_name, role }, seconds = 300) {
  const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = Math.floor(Date.now() / 1000);
  const claims = { user_id: id, first_name, last_name, role, iat, exp: iat + seconds };
  const told = { token_type: "access", jti: randomUUID(), ...claims };
  const signed = `${base64url({ alg: "HS256", typ: "JWT" })}.${base64url(told)}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}
