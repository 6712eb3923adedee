import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { DeviceTest } from '../../parts/DeviceTest';
import { appById } from '../../state/apps';
import { IconButton } from '../../ui';

/** A test message, sent at once: who got it, how, and after how long. */
export default function TestPanel({ appid, onClose }: { appid: number; onClose: () => void }) {
  const run = useRef<(() => void) | null>(null);
  const title = t('messages.test_title', { app: appById.value.get(appid)?.name ?? '' });
  useEffect(() => run.current?.(), [appid]);
  return (
    <section class="test-panel" aria-label={title}>
      <div class="test-panel-head">
        <h2>{title}</h2>
        <IconButton icon="close" label={t('ui.close')} onClick={onClose} />
      </div>
      <DeviceTest appid={appid} run={run} />
    </section>
  );
}
