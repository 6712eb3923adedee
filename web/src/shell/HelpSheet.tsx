import {signal} from '@preact/signals';
import {t, type Key} from '../i18n';
import {user} from '../state/session';
import {Sheet} from '../ui';

export const helpOpen = signal(false);

type Line = {keys: string[]; does: Key; admin?: boolean};
const kGroups: {title: Key; lines: Line[]}[] = [
  {
    title: 'keys.group_list',
    lines: [
      {keys: ['j', 'k'], does: 'keys.move'},
      {keys: ['Enter'], does: 'keys.open'},
      {keys: ['o'], does: 'keys.link'},
      {keys: ['c'], does: 'keys.copy'},
      {keys: ['m'], does: 'keys.read'},
      {keys: ['M'], does: 'keys.read_all'},
      {keys: ['/'], does: 'keys.search'},
      {keys: ['h', 'l'], does: 'keys.application'},
    ],
  },
  {
    title: 'keys.group_change',
    lines: [
      {keys: ['x'], does: 'keys.select'},
      {keys: ['J', 'K'], does: 'keys.extend'},
      {keys: ['#', 'Del'], does: 'keys.delete'},
      {keys: ['z'], does: 'keys.undo'},
      {keys: ['n'], does: 'keys.new'},
      {keys: ['t'], does: 'keys.test'},
    ],
  },
  {
    title: 'keys.group_go',
    lines: [
      {keys: ['g m'], does: 'nav.messages'},
      {keys: ['g a'], does: 'nav.applications'},
      {keys: ['g d'], does: 'nav.devices'},
      {keys: ['g s'], does: 'nav.server', admin: true},
      {keys: ['g u'], does: 'nav.users', admin: true},
      {keys: ['g p'], does: 'nav.plugins'},
      {keys: ['g y'], does: 'nav.account'},
      {keys: ['Esc'], does: 'keys.escape'},
      {keys: ['?'], does: 'keys.help'},
    ],
  },
];

function Keys({keys}: {keys: string[]}) {
  return (
    <span class="keys">
      {keys.map(name => (
        <span key={name} class="keys-chord">
          {name.split(' ').map(part => (
            <kbd key={part}>{part}</kbd>
          ))}
        </span>
      ))}
    </span>
  );
}

export function HelpSheet() {
  if (!helpOpen.value) return null;
  return (
    <Sheet title={t('keys.title')} wide onClose={() => (helpOpen.value = false)}>
      <div class="help" role="group" aria-label={t('keys.title')} tabIndex={0}>
        {kGroups.map(group => (
          <section key={group.title} class="help-group">
            <h3>{t(group.title)}</h3>
            <dl class="help-list">
              {group.lines
                .filter(line => !line.admin || user.value?.admin)
                .map(line => (
                  <div key={line.does} class="help-line">
                    <dt>
                      <Keys keys={line.keys} />
                    </dt>
                    <dd>{t(line.does)}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <p class="muted small">{t('keys.off_hint')}</p>
    </Sheet>
  );
}
