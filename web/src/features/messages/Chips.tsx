import { t } from '../../i18n';
import { isClickable } from '../../lib/url';
import type { Message } from '../../lib/types';
import { Chip } from '../../ui';
import { hostOf } from '../../markdown/picture';
import { Picture } from '../../markdown/Picture';
import { bigImage, clickUrl } from './extras';
import { askedUrl } from './page';

/** What the sender has added: where a click leads, and a picture. */
export function Chips({ message }: { message: Message }) {
  const url = clickUrl(message);
  const image = bigImage(message);
  const may = url ? isClickable(url) : 'no';
  if (may === 'no' && !image) return null;
  return (
    <div class="msg-extras">
      {url && may === 'yes' ? (
        <span data-click>
          <Chip icon="external" href={url} external>
            {t('messages.open_host', { host: hostOf(url) })}
          </Chip>
        </span>
      ) : null}
      {url && may === 'ask' ? (
        <span data-click>
          <Chip icon="external" onClick={() => (askedUrl.value = url)}>
            {t('messages.open_host', { host: `${url.split(':')[0]}:` })}
          </Chip>
        </span>
      ) : null}
      {image ? <Picture url={image} text="" appid={message.appid} /> : null}
    </div>
  );
}
