// The files that go with the next message, each with a way to leave it out.
import type { JSX } from "preact";
import { useWords } from "./context.ts";
import { CardWords, useOwnPicture } from "./FileView.tsx";
import { Icon } from "./icons.tsx";

interface AttachedProps {
  files: readonly File[];
  onDetach: (file: File) => void;
}

export function Attached({ files, onDetach }: AttachedProps): JSX.Element {
  const words = useWords();
  return (
    <ul class="attached">
      {files.map((file) => (
        <li key={`${file.name} ${file.size} ${file.lastModified}`} class="file">
          <Small file={file} />
          <CardWords name={file.name} bytes={file.size} />
          <button
            type="button"
            class="quiet"
            aria-label={words.detach(file.name)}
            onClick={() => onDetach(file)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Small({ file }: { file: File }): JSX.Element | null {
  const own = useOwnPicture(file);
  return own ? <img class="small" src={own} alt="" /> : null;
}
