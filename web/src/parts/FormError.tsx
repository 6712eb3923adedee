import {Icon} from '../ui';

/** What went wrong and belongs to no field of the form. */
export function FormError({ text }: { text: string | null }) {
  if (!text) return null;
  return (
    <p class="form-error" role="alert">
      <Icon name="warn" size={18} />
      <span>{text}</span>
    </p>
  );
}
