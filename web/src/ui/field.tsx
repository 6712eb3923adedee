import {createContext, type ComponentChildren, type HTMLAttributes, type Ref, type TextareaHTMLAttributes} from 'preact';
import {useContext, useId, useState} from 'preact/hooks';
import {t} from '../i18n';
import {IconButton} from './button';
import {Icon} from './icon';

type Wiring = { id: string; describedBy?: string; invalid: boolean };
const FieldContext = createContext<Wiring | null>(null);

/** What an input inside a Field needs: its id, and what describes it. */
export function useField(): { id?: string; 'aria-describedby'?: string; 'aria-invalid'?: 'true' } {
  const wiring = useContext(FieldContext);
  if (!wiring) return {};
  return { id: wiring.id, 'aria-describedby': wiring.describedBy, 'aria-invalid': wiring.invalid ? 'true' : undefined };
}

/** After an error was set: moves the focus to its field, in the open dialog if there is one. */
export function focusWrong(): void {
  setTimeout(() => {
    const root = document.querySelector('dialog[open]') ?? document;
    root.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  });
}

export type FieldProps = { label: string; hint?: ComponentChildren; error?: string | null; children: ComponentChildren; hideLabel?: boolean };

/** A label, one input of this folder, a hint and an error, all wired together. */
export function Field({ label, hint, error, children, hideLabel }: FieldProps) {
  const id = useId();
  const ids = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div class={`field${error ? ' wrong' : ''}`}>
      <label class={hideLabel ? 'visually-hidden' : 'field-label'} for={id}>
        {label}
      </label>
      <FieldContext.Provider value={{ id, describedBy: ids || undefined, invalid: Boolean(error) }}>{children}</FieldContext.Provider>
      {hint ? (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p class="field-error" id={`${id}-error`}>
          <Icon name="warn" size={16} />
          <span>{error}</span>
        </p>
      ) : null}
    </div>
  );
}

// The attributes of text and number fields; the types of preact tie each to one `type`.
type NativeInput = Omit<HTMLAttributes<HTMLInputElement>, 'role' | 'ref' | 'onInput' | 'onChange' | 'autofocus'> & {
  name?: string;
  autocomplete?: string;
  autofocus?: boolean;
  placeholder?: string;
  required?: boolean;
  disabled?: boolean;
  readOnly?: boolean;
  min?: number;
  max?: number;
  step?: number;
  maxLength?: number;
  ref?: Ref<HTMLInputElement>;
};

type InputProps = NativeInput & {
  type?: 'text' | 'password' | 'search' | 'url';
  value: string;
  onInput: (value: string) => void;
};

export function TextInput({ value, onInput, class: more, type = 'text', ...rest }: InputProps) {
  return (
    <input
      {...useField()}
      class={`input${more ? ` ${String(more)}` : ''}`}
      type={type as 'text'}
      value={value}
      onInput={event => onInput(event.currentTarget.value)}
      {...rest}
    />
  );
}

/** A password with a button that shows it. */
export function PasswordInput({ value, onInput, ...rest }: InputProps) {
  const [shown, setShown] = useState(false);
  return (
    <div class="input-group">
      <TextInput value={value} onInput={onInput} {...rest} type={shown ? 'text' : 'password'} autocapitalize="off" spellcheck={false} />
      <IconButton
        icon={shown ? 'eye-off' : 'eye'}
        label={shown ? t('ui.hide_password') : t('ui.show_password')}
        onClick={() => setShown(!shown)}
      />
    </div>
  );
}

type AreaProps = Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'value' | 'onChange' | 'onInput' | 'ref'> & {
  value: string;
  onInput: (value: string) => void;
  ref?: Ref<HTMLTextAreaElement>;
};

export function TextArea({ value, onInput, class: more, ...rest }: AreaProps) {
  return (
    <textarea
      {...useField()}
      class={`input area${more ? ` ${String(more)}` : ''}`}
      value={value}
      onInput={event => onInput(event.currentTarget.value)}
      {...rest}
    />
  );
}

type NumberProps = NativeInput & {
  value: number | null;
  /** null: the field is empty or holds no number. */
  onInput: (value: number | null) => void;
};

export function NumberInput({ value, onInput, ...rest }: NumberProps) {
  return (
    <input
      {...useField()}
      class="input number"
      type="number"
      inputMode="numeric"
      value={value === null ? '' : String(value)}
      onInput={event => {
        const text = event.currentTarget.value;
        const n = text === '' ? NaN : Number(text);
        onInput(Number.isFinite(n) ? n : null);
      }}
      {...rest}
    />
  );
}

export type Option<T extends string> = { value: T; label: string; disabled?: boolean };
type SelectProps<T extends string> = { value: T; options: Option<T>[]; onChange: (value: T) => void; label?: string; disabled?: boolean };

/** `label` where no Field gives one. */
export function Select<T extends string>({ value, options, onChange, label, disabled }: SelectProps<T>) {
  return (
    <span class="select">
      <select {...useField()} aria-label={label} disabled={disabled} value={value} onChange={event => onChange(event.currentTarget.value as T)}>
        {options.map(o => (
          <option key={o.value} value={o.value} disabled={o.disabled} selected={o.value === value}>
            {o.label}
          </option>
        ))}
      </select>
      <Icon name="down" size={16} />
    </span>
  );
}

type SwitchProps = { checked: boolean; onChange: (checked: boolean) => void; label?: string; disabled?: boolean };

/** On or off, at once. In a Field or SettingRow that row names it; elsewhere `label` stands beside it. */
export function Switch({ checked, onChange, label, disabled }: SwitchProps) {
  const input = (
    <input
      {...useField()}
      class="switch"
      type="checkbox"
      role="switch"
      checked={checked}
      disabled={disabled}
      onChange={event => onChange(event.currentTarget.checked)}
    />
  );
  if (!label) return <span class="switch-box">{input}</span>;
  return (
    <label class="switch-label">
      {input}
      <span>{label}</span>
    </label>
  );
}

type SettingProps = { label: string; hint?: ComponentChildren; children: ComponentChildren };

/** A setting: its name and meaning at the left, one input of this folder at the right. */
export function SettingRow({ label, hint, children }: SettingProps) {
  const id = useId();
  return (
    <div class="setting">
      <div class="setting-text">
        <label for={id}>{label}</label>
        {hint ? (
          <p class="field-hint" id={`${id}-hint`}>
            {hint}
          </p>
        ) : null}
      </div>
      <div class="setting-control">
        <FieldContext.Provider value={{ id, describedBy: hint ? `${id}-hint` : undefined, invalid: false }}>{children}</FieldContext.Provider>
      </div>
    </div>
  );
}
