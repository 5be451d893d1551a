// One stretch of the timeline: the pictures of one part of the body, or of one day, with the notes
// that belong to them.
import { isIntimate } from "./intimate.ts";
import { NoteList } from "./add_note.tsx";
import { takenWords } from "./item_words.ts";
import { PageLink } from "./page_link.tsx";
import { usePatient } from "./patient_record.tsx";
import { placeTitle, placeWords } from "./place_words.ts";
import type { ItemShown } from "./staff_api.ts";
import { useStaff } from "./staff_context.ts";
import { Thumbnail } from "./thumbnail.tsx";
import { longDay } from "./time_words.ts";
import type { Group } from "./timeline.ts";
import { words } from "./words.ts";

interface TimelineGroupProps {
  group: Group;
  /** Every picture at once, not only those in sight. */
  eager: boolean;
}

export function TimelineGroup({ group, eager }: TimelineGroupProps) {
  const { record } = usePatient();
  const { patient } = record;
  const [newest, previous] = group.items;
  const id = `group-${group.key}`;
  return (
    <section class="timeline" aria-labelledby={id}>
      <div class="timeline__head">
        <h3 class="nhsuk-heading-s" id={id}>
          {group.by === "date" ? longDay(group.at) : placeTitle(group.place)}
        </h3>
        {group.by === "body-part" && newest !== undefined && previous !== undefined && (
          <PageLink
            to={{
              page: "compare-items",
              patient,
              item: newest.item,
              other: previous.item,
              how: "side-by-side",
            }}
            aria-label={`${words.patient.compareLatest}: ${placeWords(group.place)}`}
          >
            {words.patient.compareLatest}
          </PageLink>
        )}
      </div>
      <ol class="timeline__items">
        {group.items.map((item) => (
          <TimelineItem key={item.item} item={item} showPlace={group.by === "date"} eager={eager} />
        ))}
      </ol>
    </section>
  );
}

interface TimelineItemProps {
  item: ItemShown;
  showPlace: boolean;
  eager: boolean;
}

function TimelineItem({ item, showPlace, eager }: TimelineItemProps) {
  const { now } = useStaff();
  const { record, renewThumbnails } = usePatient();
  const when = takenWords(item, now());
  const notes = record.notes.filter((note) => note.item === item.item);
  return (
    <li class="timeline__item">
      <PageLink
        class="timeline__link"
        to={{ page: "view-item", patient: record.patient, item: item.item }}
      >
        <span class="nhsuk-u-visually-hidden">{words.patient.look(placeWords(item))} </span>
        <Thumbnail
          url={item.thumbnailUrl}
          mask={isIntimate(item.bodySite) ? "until-opened" : "none"}
          onEnded={renewThumbnails}
          eager={eager}
        />
        <span class="timeline__when">{when}</span>
        {showPlace && <span class="timeline__place">{placeTitle(item)}</span>}
        {!item.firstViewedAt && <span class="nhsuk-tag">{words.patient.newPicture}</span>}
      </PageLink>
      {notes.length > 0 && <NoteList notes={notes} />}
    </li>
  );
}
