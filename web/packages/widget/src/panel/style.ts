// The style of the panel, beside that of the button; and of a room that stands in the page.

/** On a phone the panel is the screen: what lies behind notches is its own colour. */
export const PANEL = `.root{--canvas:#f5f3ee;--ink-3:#61646b}
.root[data-theme=dark]{--canvas:#121316;--ink-3:#a3a8b1}
.panel{box-sizing:border-box;inline-size:min(376px,calc(100vw - 2*var(--x)));block-size:min(640px,100dvh - 96px);border:0;border-radius:20px;overflow:hidden;background:var(--canvas)}
.root>.panel.full{inset:var(--top,0px) 0 auto;inline-size:100%;block-size:var(--high,100dvh);border-radius:0;padding:env(safe-area-inset-top,0px) env(safe-area-inset-right,0px) env(safe-area-inset-bottom,0px) env(safe-area-inset-left,0px);background:var(--surface);box-shadow:none}
iframe{display:block;inline-size:100%;block-size:100%;border:0;background:none}
.wait{box-sizing:border-box;position:absolute;inset:0;display:flex;flex-direction:column;gap:12px;align-items:center;justify-content:center;padding:24px;background:var(--canvas);color:var(--ink-3);text-align:center}
.wait p{margin:0}
.bar{display:grid;place-items:center;position:absolute;inset-block-start:6px;inset-inline-end:6px;inline-size:44px;block-size:44px;border-radius:10px}
.again{min-block-size:44px;border-radius:10px;padding:0 16px;background:var(--fill,var(--accent));color:var(--on-fill,var(--on-accent));font-weight:500}
@media (forced-colors:active){.panel,.again{border:1px solid ButtonText}}`;

/** The page says how big it is; a page that resets everything leaves it as it is here. */
export const ROOM = `:host{display:block!important;position:relative;block-size:540px;min-block-size:320px}
:host([hidden]){display:none!important}
iframe{display:block;inline-size:100%;block-size:100%;border:0}`;
