import type { Describe } from '../core/job/record/report';
import { editorHints } from '../ui/hints';
import { reportOf } from '../report/jobReport';
import { reportMarkdown } from '../report/markdown';
import { cliHints } from './hints';

/** The report of a job, for readers in both hosts. */
export const describeJob: Describe = (job) =>
  reportMarkdown(
    reportOf(job, [
      { where: 'In a terminal', hints: cliHints },
      { where: 'In the editor', hints: editorHints },
    ]),
  );
