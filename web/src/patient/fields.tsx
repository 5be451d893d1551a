// The fields of the patient's forms in the pattern of the NHS service manual: a label, a hint, the
// error beside it. They keep what is typed until the form is sent; nothing else remembers it, and
// the browser is asked not to offer it to the next person.
import { ErrorMessage, Fieldset, HintText, Label } from "nhsuk-react-components";
import type { ComponentChildren } from "preact";
import type { FieldTrouble } from "./use_form.ts";
import { words } from "./words.ts";

interface FieldProps {
  /** Its id too. */
  name: string;
  label: string;
  hint?: string | undefined;
  error: string | undefined;
}

interface TextFieldProps extends FieldProps {
  maxLength: number;
  capitalize?: "words" | "none";
}

export function TextField(props: TextFieldProps) {
  const { name, error, maxLength, capitalize = "none" } = props;
  return (
    <Labelled {...props}>
      <input
        class={`nhsuk-input ${error === undefined ? "" : "nhsuk-input--error"}`}
        id={name}
        name={name}
        type="text"
        maxLength={maxLength}
        autocomplete="off"
        autocapitalize={capitalize}
        spellcheck={false}
        {...described(props)}
      />
    </Labelled>
  );
}

interface NoteFieldProps extends FieldProps {
  rows: number;
  /** What it starts with. */
  value: string;
  changed: (value: string) => void;
}

export function NoteField(props: NoteFieldProps) {
  const { name, error, rows, value, changed } = props;
  return (
    <Labelled {...props}>
      <textarea
        class={`nhsuk-textarea ${error === undefined ? "" : "nhsuk-textarea--error"}`}
        id={name}
        name={name}
        rows={rows}
        autocomplete="off"
        defaultValue={value}
        onInput={(event) => changed(event.currentTarget.value)}
        {...described(props)}
      />
    </Labelled>
  );
}

const PARTS = [
  { part: "day", digits: 2 },
  { part: "month", digits: 2 },
  { part: "year", digits: 4 },
] as const;

interface DateFieldProps extends Omit<FieldProps, "error"> {
  wrong: FieldTrouble | undefined;
}

/**
 * Three boxes that are one date: `{name}-day`, `{name}-month`, `{name}-year`. Only those that may be
 * wrong are marked. None is cut short: somebody may type the name of a month.
 */
export function DateField({ wrong, ...props }: DateFieldProps) {
  const { name } = props;
  const isWrong = (part: string) =>
    wrong !== undefined && (wrong.boxes?.includes(part) ?? wrong.field === `${name}-${part}`);
  return (
    <Group {...props} error={wrong?.words}>
      <div class="nhsuk-date-input">
        {PARTS.map(({ part, digits }) => (
          <div class="nhsuk-date-input__item" key={part}>
            <Label className="nhsuk-date-input__label" htmlFor={`${name}-${part}`}>
              {words.identity[part]}
            </Label>
            <input
              class={`nhsuk-input nhsuk-date-input__input nhsuk-input--width-${digits} ${
                isWrong(part) ? "nhsuk-input--error" : ""
              }`}
              id={`${name}-${part}`}
              name={`${name}-${part}`}
              type="text"
              inputMode="numeric"
              autocomplete="off"
              aria-invalid={isWrong(part) || undefined}
            />
          </div>
        ))}
      </div>
    </Group>
  );
}

/** One control under its label. */
function Labelled(props: FieldProps & { children: ComponentChildren }) {
  const { name, label, hint, error, children } = props;
  return (
    <div class={group(error)}>
      <Label htmlFor={name} size="s">
        {label}
      </Label>
      <Hint name={name} hint={hint} />
      <Wrong name={name} error={error} />
      {children}
    </div>
  );
}

function Group(props: FieldProps & { children: ComponentChildren }) {
  const { name, label, hint, error, children } = props;
  return (
    <div class={group(error)}>
      <Fieldset {...described(props)}>
        <Fieldset.Legend size="s">{label}</Fieldset.Legend>
        <Hint name={name} hint={hint} />
        <Wrong name={name} error={error} />
        {children}
      </Fieldset>
    </div>
  );
}

function Hint({ name, hint }: Pick<FieldProps, "name" | "hint">) {
  return hint === undefined ? null : <HintText id={`${name}-hint`}>{hint}</HintText>;
}

function Wrong({ name, error }: Pick<FieldProps, "name" | "error">) {
  return error === undefined ? null : <ErrorMessage id={`${name}-error`}>{error}</ErrorMessage>;
}

function group(error: string | undefined): string {
  return `nhsuk-form-group ${error === undefined ? "" : "nhsuk-form-group--error"}`;
}

/** What a screen reader says with the field. */
function described({ name, hint, error }: FieldProps) {
  const ids = [
    ...(hint === undefined ? [] : [`${name}-hint`]),
    ...(error === undefined ? [] : [`${name}-error`]),
  ];
  return ids.length === 0 ? {} : { "aria-describedby": ids.join(" ") };
}

/** What a form's field holds when it is sent. */
export function fieldOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value : "";
}
