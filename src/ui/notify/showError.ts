import { toAppError } from '../../core/base/errors';
import { errorButtons } from './errorButtons';
import { runningText, wordsFor } from './errorText';
import { showErrorMessage } from '../shown';

/** Says what failed, why and what to do, with at most two buttons that do it. What the user gave up is no failure. */
export async function showError(error: unknown): Promise<void> {
  const { code, data } = toAppError(error);
  if (code === 'cancelled') return;
  const words = wordsFor(error);
  const buttons = errorButtons(code, data);
  const pressed = await showErrorMessage(runningText(words), ...buttons.map(({ title }) => title));
  await buttons.find(({ title }) => title === pressed)?.press();
}
