// The parts of our forms in the NHS pattern: each field has its name, a hint, and its error beside
// it; what is wrong stands on top as well, as links to the fields. Nothing typed here is offered to
// the next person by the browser.
import { ErrorMessage, ErrorSummary, Fieldset, HintText, Label } from "nhsuk-react-components";
import type { ComponentChildren } from "preact";
import { wrongBoxes, type DateTyped } from "./date_typed.ts";
import { isClean, type FormProblems } from "./form_problems.ts";
import { words } from "./words.ts";

interface ProblemSummaryProps {
  problems: FormProblems;
  /** Ids of first elements, for fields that have several. */
  targets?: Readonly<Record<string, string>>;
  /** What fields are called, to tell apart two that have the same line. */
  labels?: Readonly<Record<string, unknown>>;
}

export function ProblemSummary({ problems, targets = {}, labels = {} }: ProblemSummaryProps) {
  if (isClean(problems)) return null;
  const lines = [...problems.fields.values()];
  const told = (field: string, line: string) => {
    const isShared = lines.indexOf(line) !== lines.lastIndexOf(line);
    const label = labels[field];
    return isShared && typeof label === "string" ? `${label}: ${line}` : line;
  };
  return (
    <ErrorSummary key={problems.tries}>
      <ErrorSummary.Title>{words.frame.summaryTitle}</ErrorSummary.Title>
      <ErrorSummary.List>
        {problems.general.map((line) => (
          <ErrorSummary.ListItem key={line}>{line}</ErrorSummary.ListItem>
        ))}
        {[...problems.fields].map(([field, line]) => (
          <ErrorSummary.ListItem key={field} href={`#${targets[field] ?? field}`}>
            {told(field, line)}
          </ErrorSummary.ListItem>
        ))}
      </ErrorSummary.List>
    </ErrorSummary>
  );
}

interface FieldProps {
  /** The API's name of the field; also its id. */
  name: string;
  label: string;
  hint?: string;
  problems: FormProblems;
}

interface TextProps extends FieldProps {
  value: string;
  set: (value: string) => void;
}

interface TextFieldProps extends TextProps {
  inputMode?: "text" | "numeric" | "email" | "tel";
  width?: 3 | 5 | 10 | 20;
}

export function TextField(props: TextFieldProps) {
  const { name, value, set, inputMode = "text", width = 20 } = props;
  return (
    <Field {...props}>
      <input
        {...described(props)}
        class={`nhsuk-input nhsuk-input--width-${width} ${wrong(props, "nhsuk-input--error")}`}
        id={name}
        name={name}
        inputMode={inputMode}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
        autocomplete="off"
        spellcheck={false}
      />
    </Field>
  );
}

export function LongTextField(props: TextProps & { rows?: number }) {
  const { name, value, set, rows = 3 } = props;
  return (
    <Field {...props}>
      <textarea
        {...described(props)}
        class={`nhsuk-textarea ${wrong(props, "nhsuk-textarea--error")}`}
        id={name}
        name={name}
        rows={rows}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
        autocomplete="off"
      />
    </Field>
  );
}

interface SelectFieldProps extends TextProps {
  choices: readonly { value: string; label: string }[];
}

export function SelectField(props: SelectFieldProps) {
  const { name, value, set, choices } = props;
  return (
    <Field {...props}>
      <select
        {...described(props)}
        class={`nhsuk-select ${wrong(props, "nhsuk-select--error")}`}
        id={name}
        name={name}
        value={value}
        onChange={(event) => set(event.currentTarget.value)}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** Several controls that answer one question. */
export function FieldGroup(props: FieldProps & { children: ComponentChildren }) {
  const { name, label, hint, problems, children } = props;
  return (
    <div class={`nhsuk-form-group ${wrong(props, "nhsuk-form-group--error")}`}>
      <Fieldset aria-describedby={described(props)["aria-describedby"] ?? ""}>
        <Fieldset.Legend size="s">{label}</Fieldset.Legend>
        {hint && <HintText id={`${name}-hint`}>{hint}</HintText>}
        <FieldError name={name} problems={problems} />
        {children}
      </Fieldset>
    </div>
  );
}

interface DateFieldProps extends FieldProps {
  value: DateTyped;
  set: (value: DateTyped) => void;
}

const DATE_PARTS = [
  { part: "day", width: 2 },
  { part: "month", width: 2 },
  { part: "year", width: 4 },
] as const;

export function DateField(props: DateFieldProps) {
  const { name, value, set } = props;
  const marked = props.problems.fields.has(name) ? wrongBoxes(value) : [];
  return (
    <FieldGroup {...props}>
      <div class="nhsuk-date-input">
        {DATE_PARTS.map(({ part, width }) => (
          <div class="nhsuk-date-input__item" key={part}>
            <Label htmlFor={`${name}-${part}`}>{words.details[part]}</Label>
            <input
              class={`nhsuk-input nhsuk-input--width-${width} ${
                marked.includes(part) ? "nhsuk-input--error" : ""
              }`}
              id={`${name}-${part}`}
              name={`${name}-${part}`}
              inputMode="numeric"
              value={value[part]}
              onInput={(event) => set({ ...value, [part]: event.currentTarget.value })}
              autocomplete="off"
              aria-invalid={marked.includes(part) || undefined}
            />
          </div>
        ))}
      </div>
    </FieldGroup>
  );
}

/** A box to tick, with what it means beside it. */
export function TickBox(props: {
  name: string;
  label: string;
  on: boolean;
  set: (on: boolean) => void;
}) {
  const { name, label, on, set } = props;
  return (
    <div class="nhsuk-checkboxes nhsuk-checkboxes--small">
      <div class="nhsuk-checkboxes__item">
        <input
          class="nhsuk-checkboxes__input"
          id={name}
          name={name}
          type="checkbox"
          checked={on}
          onChange={(event) => set(event.currentTarget.checked)}
        />
        <Label className="nhsuk-checkboxes__label" htmlFor={name}>
          {label}
        </Label>
      </div>
    </div>
  );
}

function Field(props: FieldProps & { children: ComponentChildren }) {
  const { name, label, hint, problems, children } = props;
  return (
    <div class={`nhsuk-form-group ${wrong(props, "nhsuk-form-group--error")}`}>
      <Label htmlFor={name}>{label}</Label>
      {hint && <HintText id={`${name}-hint`}>{hint}</HintText>}
      <FieldError name={name} problems={problems} />
      {children}
    </div>
  );
}

export function FieldError({ name, problems }: { name: string; problems: FormProblems }) {
  const line = problems.fields.get(name);
  return line === undefined ? null : <ErrorMessage id={`${name}-error`}>{line}</ErrorMessage>;
}

/** What a screen reader says with the field: its hint, and what is wrong. */
function described({ name, hint, problems }: FieldProps) {
  const isWrong = problems.fields.has(name);
  const ids = [hint ? `${name}-hint` : "", isWrong ? `${name}-error` : ""].filter(Boolean);
  return {
    ...(ids.length > 0 && { "aria-describedby": ids.join(" ") }),
    ...(isWrong && { "aria-invalid": true }),
  };
}

function wrong({ name, problems }: FieldProps, className: string): string {
  return problems.fields.has(name) ? className : "";
}
