// All files of one message.
import type { JSX } from "preact";
import { FileView, UploadView } from "./FileView.tsx";
import type { MessageProps } from "./MessageView.tsx";

export function FilesView({ chat, room, row }: MessageProps): JSX.Element {
  const { client_id } = row;
  return (
    <>
      {row.files.map((file) => (
        <FileView key={file.id} chat={chat} room={room} file={file} />
      ))}
      {row.uploads.map((upload) => (
        <UploadView
          key={`${upload.file.name} ${upload.file.size}`}
          upload={upload}
          isGoing={row.progress === "pending"}
          onCancel={() => client_id && room.discard(client_id)}
        />
      ))}
    </>
  );
}
