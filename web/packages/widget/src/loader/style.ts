// The style of the button and the greeting: a sheet that is made by script, which no policy of the host's forbids.
import type { Settings } from "./settings.ts";

/**
 * Of two sheets that insist, a shadow's own is stronger: nothing on the page can restyle what stands in it, and what
 * is inherited begins anew at its host.
 */
const HOST = (
  zIndex: number,
) => `:host{all:initial!important;display:block!important;position:fixed!important;inset:auto 0 0 auto!important;z-index:${zIndex}!important}
@media print{:host{display:none!important}}`;

const LOOK = `[hidden]{display:none!important}
.root{--ink:#1a1c20;--line:#dcd7cc;--surface:#fff;--accent:#2b46c8;--on-accent:#fff;--new:#c2410c;font:15px/22px system-ui,sans-serif;color:var(--ink);color-scheme:light}
.root[data-theme=dark]{--ink:#ecedef;--line:#2e3238;--surface:#1a1c20;--accent:#9db0ff;--on-accent:#10163a;--new:#ff9d66;color-scheme:dark}
button{all:unset;box-sizing:border-box;cursor:pointer}
button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
svg{inline-size:20px;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
.launcher,.greeting,.panel{position:fixed;inset-block-end:calc(var(--y) + env(safe-area-inset-bottom,0px));border:1px solid transparent;box-shadow:0 8px 32px rgb(20 22 30/.18)}
.launcher{display:grid;place-items:center;inline-size:56px;block-size:56px;border-radius:50%;background:var(--fill,var(--accent));color:var(--on-fill,var(--on-accent))}
.launcher svg{inline-size:28px}
.count{position:absolute;inset-block-start:-4px;inset-inline-end:-4px;min-inline-size:22px;border:2px solid var(--surface);border-radius:12px;padding:0 5px;background:var(--new);color:var(--surface);font-size:12px;font-weight:650;line-height:18px}
.greeting{margin-block-end:68px;display:flex;max-inline-size:min(288px,calc(100vw - 2*var(--x)));border-color:var(--line);border-radius:18px;background:var(--surface)}
.words{border-radius:18px;padding:12px 0 12px 16px;overflow-wrap:anywhere}
.away{display:grid;flex:none;place-items:center;inline-size:44px;block-size:44px;border-radius:18px}
@media (prefers-reduced-motion:no-preference){.panel,.greeting{animation:rise 160ms cubic-bezier(.2,0,0,1)}@keyframes rise{from{opacity:0;transform:translateY(8px)}}}`;

export function sheet(text: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}

/** Of the button and all that comes with it, over everything that the page has. */
export function launcherSheet({ zIndex, side, offsetX, offsetY }: Settings): CSSStyleSheet {
  const place = `.root{--x:${offsetX}px;--y:${offsetY}px}.root>*{inset-inline-${side}:var(--x)}`;
  return sheet(HOST(zIndex) + LOOK + place);
}
