// Elements, made one by one: nothing is read as HTML.

export function element(
  name: string,
  className: string,
  ...inside: (Node | string)[]
): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.append(...inside);
  return made;
}

export function button(className: string, press: () => void, ...inside: Node[]): HTMLElement {
  const made = element("button", className, ...inside);
  (made as HTMLButtonElement).type = "button";
  made.onclick = press;
  return made;
}

/** 20 px wide, in the colour around it. */
export function icon(d: string): SVGElement {
  const draw = (name: string) => document.createElementNS("http://www.w3.org/2000/svg", name);
  const [svg, path] = [draw("svg"), draw("path")];
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", d);
  svg.append(path);
  return svg;
}
