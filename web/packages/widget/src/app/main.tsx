// Starts the application in its frame.
import "./style.css";
import { render } from "preact";
import { App } from "./App.tsx";
import { hostOf } from "./host.ts";

// The page is `widget/` of the server, whatever proxies have put before that.
const server = location.origin + location.pathname.replace(/\/widget\/?$/, "");
const host = hostOf(location.hash);
const root = document.getElementById("widget");
if (root && host) render(<App host={host} server={server} />, root);
else if (root) {
  const isRussian = /^ru\b/i.test(navigator.language);
  root.className = "alone";
  root.textContent = isRussian
    ? "Эта страница показывается внутри сайта."
    : "This page is shown inside a site.";
}
