// Page 7, your photos: what is on this page, what has arrived, and what the team should know.
import { Button } from "nhsuk-react-components";
import { useState } from "preact/hooks";
import { fieldOf, NoteField } from "./fields.tsx";
import { freePlaces, type Inside } from "./journey.ts";
import { Page } from "./page.tsx";
import type { Trouble } from "./patient_api.ts";
import { ArrivedPhotos, NewPhotos } from "./photo_list.tsx";
import type { Photo } from "./photo/photo.ts";
import { PhotoPicker, type Picked } from "./photo/photo_picker.tsx";
import { FormSummary, TroubleSummary } from "./trouble_summary.tsx";
import { useCall } from "./use_call.ts";
import { useForm } from "./use_form.ts";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

/** Letters of a note, as the function has it. */
const LONGEST_NOTE = 500;

export interface ChoosePhotosProps {
  inside: Inside;
  /** What was typed before, on this page. */
  note: string;
  keepNote: (note: string) => void;
  /** What the picker could not take, in words. */
  refused: readonly string[];
  openCamera: () => void;
  picked: (picked: Picked) => void;
  drop: (photo: Photo) => void;
  takeOut: (upload: string) => Promise<Trouble | undefined>;
  send: (photos: readonly Photo[], note: string) => Promise<void>;
  takeBack: () => void;
}

export function ChoosePhotosPage(props: ChoosePhotosProps) {
  const { inside, note, keepNote, refused, openCamera, picked, drop, takeOut, send } = props;
  const { capture, photos, place } = inside;
  const trouble = place.name === "photos" ? place.trouble : undefined;
  const [said, setSaid] = useState("");
  const arrived = capture.uploads.filter(({ state }) => state === "arrived" || state === "filed");
  const sendable = photos.filter((photo) => photo.refusal === undefined);
  const places = freePlaces(inside);
  const takingOut = useCall();
  const form = useForm((element) => {
    const text = fieldOf(element, "note");
    return [...text.trim()].length > LONGEST_NOTE
      ? { kind: "wrong", fields: [{ field: "note", words: words.photos.noteTooLong }] }
      : { kind: "right", call: () => send(sendable, text.trim()).then(() => undefined) };
  });
  const { photos: say } = words;
  const count = sendable.length;
  return (
    <Page
      title={say.title}
      heading={say.title}
      hasError={form.hasError || trouble !== undefined || takingOut.state.is === "trouble"}
      summary={
        takingOut.state.is === "trouble" ? (
          <TroubleSummary state={takingOut.state} />
        ) : trouble === undefined || form.hasError ? (
          <FormSummary form={form} />
        ) : (
          <TroubleSummary state={{ is: "trouble", trouble, time: 0 }} />
        )
      }
      back
    >
      {refused.map((why) => (
        <p class="callout callout--error" role="alert" key={why}>
          {why}
        </p>
      ))}
      {inside.lost > 0 && (
        <p class="callout callout--error" role="alert">
          {say.lost(inside.lost)}
        </p>
      )}
      <p>
        {arrived.length + photos.length === 0
          ? say.nothingYet
          : say.asked(capture.photos, arrived.length + count)}
      </p>
      <ArrivedPhotos
        uploads={capture.uploads}
        takeOut={(upload, number) =>
          takingOut.run(async () => {
            const trouble = await takeOut(upload);
            setSaid(trouble === undefined ? say.removed(number) : "");
            return trouble;
          })
        }
      />
      <NewPhotos
        photos={photos}
        first={arrived.length + 1}
        drop={(photo, number) => {
          drop(photo);
          setSaid(say.removed(number));
        }}
      />
      <p class="nhsuk-u-visually-hidden" role="status">
        {said}
      </p>
      {places > 0 && (
        <div class="nhsuk-button-group">
          <Button type="button" secondary onClick={openCamera}>
            {say.add}
          </Button>
          <PhotoPicker label={say.choose} places={places} picked={picked} />
        </div>
      )}
      {(count > 0 || arrived.length > 0) && (
        <form onSubmit={form.onSubmit} noValidate>
          <NoteField
            name="note"
            label={say.note}
            hint={say.noteHint}
            error={form.wordsFor("note")}
            rows={3}
            value={note}
            changed={keepNote}
          />
          {count > 0 && <p>{say.keepOpen}</p>}
          <Button>{count > 0 ? say.send(count) : say.finish}</Button>
          {form.state.is === "busy" && <Waiting for={words.sending.finishing} />}
        </form>
      )}
      <p>
        <button class="link-button" type="button" onClick={props.takeBack}>
          {words.withdraw.link}
        </button>
      </p>
    </Page>
  );
}
