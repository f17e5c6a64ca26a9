import type { Command } from './command';

/** Shows how all databases are protected, as a page. */
export const showProtection: Command = {
  id: 'dbFerry.showProtection',
  run: async ({ protectionPanel }) => protectionPanel.show(),
};
