import { requestMessageWords } from '../words/requestMessages';
import { shellCommand } from '../words/shellCommand';

/** What messages say of a request that is dealt with on the command line. */
export const requestMessages = requestMessageWords((named) => shellCommand('db-ferry requests', [named]));
