import {paths, type IconName} from './icons';

/** A drawing next to words or in a button that has a label: it says nothing to a screen reader. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class={name === 'more' || name === 'drag' ? 'icon dots' : 'icon'} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/** The sign of the program: a message that goes out from one point to many. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect class="mark-ground" width="32" height="32" rx="8" />
      <path class="mark-line" d="M12.5 16h3.5M16 16c3 0 2.5-6 6-6M16 16h6M16 16c3 0 2.5 6 6 6" />
      <circle class="mark-point" cx="9.5" cy="16" r="3" />
      <circle class="mark-point" cx="23" cy="10" r="2" />
      <circle class="mark-point" cx="23" cy="16" r="2" />
      <circle class="mark-point" cx="23" cy="22" r="2" />
    </svg>
  );
}
