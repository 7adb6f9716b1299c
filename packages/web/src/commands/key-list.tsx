import { useContext } from 'preact/hooks';
import { useSettings } from '../use-settings.tsx';
import { groupCommands } from './command-groups.ts';
import { Keys } from './keys.tsx';
import { closeModal, Modal } from './modal.tsx';
import type { ModalState } from './modal.tsx';
import { Commands } from './use-commands.tsx';

/** All that can be done on the page as it is now, and by which keys. */
export function KeyList({ state }: { readonly state: ModalState }) {
  return (
    <Modal state={state} label="Keys" class="key-list">
      {state.isOpen.value && <Keyboard />}
    </Modal>
  );
}

function Keyboard() {
  const registry = useContext(Commands);
  const { areSingleKeysOn } = useSettings();
  return (
    <>
      <header>
        <h2>Keys</h2>
        <button
          type="button"
          class="modal-close"
          aria-label="Close"
          title="Close (Esc)"
          onClick={(event) => closeModal(event.currentTarget)}
        >
          ×
        </button>
      </header>
      {!areSingleKeysOn.value && (
        <p>
          Letters, digits and signs are turned off:{' '}
          <a href="#/config" onClick={(event) => closeModal(event.currentTarget)}>
            turn them on
          </a>
          .
        </p>
      )}
      <div class="key-groups">
        {groupCommands(registry.all()).map(({ group, commands }) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {commands.map(({ title, keys }) => (
                <div key={title}>
                  <dt>{title}</dt>
                  <dd>
                    {keys.length === 0 && <span class="muted">by name</span>}
                    {keys.map((key) => (
                      <Keys key={key} keys={key} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p class="muted">
        What has no key is found by its name: <Keys keys="Mod+k" />
      </p>
    </>
  );
}
