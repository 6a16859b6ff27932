// The list of completions, above the field that it belongs to.
import { type ReactNode, useEffect, useRef } from "react";
import { plural, useLang, useWords } from "../words/index.ts";
import type { Option } from "./sources.ts";

export interface CompletionListProps {
  id: string;
  /** Nothing is shown without any. */
  options: readonly Option[];
  active: number;
  /** The element's id of the option at an index. */
  activeId: (index: number) => string;
  onPick: (option: Option) => void;
}

export function CompletionList(props: CompletionListProps): ReactNode {
  const { id, options, active, activeId, onPick } = props;
  const words = useWords();
  const lang = useLang();
  const list = useRef<HTMLDivElement>(null);
  const isOpen = options.length > 0;
  useEffect(() => {
    if (isOpen) list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [isOpen, active]);
  return (
    <div className="bs-completion-place">
      {isOpen && (
        <div
          ref={list}
          id={id}
          className="bs-completion"
          role="listbox"
          aria-label={words.completions}
        >
          {options.map((option, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus, and its keys choose here
            // biome-ignore lint/a11y/useFocusableInteractive: as above
            <div
              key={option.id}
              id={activeId(index)}
              className="bs-completion-one"
              role="option"
              aria-selected={index === active}
              // The field keeps the focus, and on a phone the keyboard.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onPick(option)}
            >
              {option.mark && <span className="bs-completion-mark">{option.mark}</span>}
              <bdi className="bs-completion-label">{option.label}</bdi>
              {option.hint && <bdi className="bs-completion-hint">{option.hint}</bdi>}
            </div>
          ))}
        </div>
      )}
      <span className="bs-hidden" role="status">
        {isOpen ? plural(lang, options.length, words.completionsFound) : ""}
      </span>
    </div>
  );
}
