import type { CleanFacts } from '../../base/cleanFacts';
import type { DrillOutcome } from '../../catalog/drillRecord';
import type { MaskedFacts } from '../../catalog/manifest';
import type { CheckResult } from '../../restore/check/checks';

/**
 * The facts of a job's result. Which of them there are depends on the kind of job and on how it ended; each means the same in all of them. Bytes and seconds; times are UTC ISO 8601.
 * A result is read back from a disk, where an earlier or later version may have written it: who reads looks at what is there.
 */
export interface ResultData {
  // which backup
  readonly backup?: string | undefined;
  readonly folder?: string | undefined;
  /** when its snapshot was taken */
  readonly snapshot?: string | undefined;
  readonly origin?: string | undefined;
  readonly sha256?: string | undefined;
  readonly archiveBytes?: number | undefined;
  readonly textBytes?: number | undefined;
  readonly compression?: string | undefined;
  readonly encrypted?: boolean | undefined;
  readonly masked?: MaskedFacts | undefined;
  /** a copy left its backup where `folder` is */
  readonly backupKept?: boolean | undefined;
  // what an import made of a dump
  /** their ids */
  readonly backups?: readonly string[] | undefined;
  /** where it was loaded: `cluster/namespace/pod` */
  readonly into?: string | undefined;
  readonly file?: string | undefined;
  readonly holds?: string | undefined;
  readonly packed?: string | undefined;
  readonly databases?: readonly object[] | undefined;
  // places and servers: `cluster/namespace/pod/database`
  readonly source?: string | undefined;
  /** what the backup is of that was verified: `cluster/namespace/workload/database` */
  readonly of?: string | undefined;
  readonly target?: string | undefined;
  readonly deep?: string | undefined;
  // what a drill showed
  readonly drill?: DrillOutcome | undefined;
  /** from looking for the backup until all in it was compared */
  readonly recoverySeconds?: number | undefined;
  /** seconds of what a recovery is made of */
  readonly steps?: Readonly<Record<string, number>> | undefined;
  readonly checks?: readonly CheckResult[] | undefined;
  /** the code of what disproved it */
  readonly because?: string | undefined;
  /** what a reader said of a damaged backup */
  readonly reason?: string | undefined;
  readonly left?: string | undefined;
  readonly right?: string | undefined;
  readonly sourceVersion?: number | undefined;
  readonly targetVersion?: number | undefined;
  readonly pgDump?: string | undefined;
  readonly pgRestore?: string | undefined;
  // how much, and how long
  readonly tables?: number | undefined;
  readonly rows?: number | undefined;
  /** rows written into what was live meanwhile, or since */
  readonly written?: number | undefined;
  readonly seconds?: number | undefined;
  readonly expectedSeconds?: number | undefined;
  readonly lockedSeconds?: number | undefined;
  readonly pauseSeconds?: number | undefined;
  /** of each phase that was entered */
  readonly phases?: Readonly<Record<string, number>> | undefined;
  /** the phase in which it failed */
  readonly phase?: string | undefined;
  // what a restore keeps, and the way back
  /** the database that was live before */
  readonly kept?: string | undefined;
  /** the backup that a restore in place took of it */
  readonly before?: string | undefined;
  readonly undo?: string | undefined;
  // what waits for its swap
  readonly side?: string | undefined;
  readonly sideBytes?: number | undefined;
  readonly proven?: string | undefined;
  readonly preparedBy?: string | undefined;
  readonly swap?: string | undefined;
  readonly discard?: string | undefined;
  /** how many differences its preparation listed */
  readonly listed?: number | undefined;
  // what was removed, found out, left alone, left over
  /** of a clean-up, and what a discard removed and left */
  readonly cleaned?: Partial<CleanFacts> | undefined;
  readonly removed?: readonly string[] | undefined;
  readonly dropped?: readonly { readonly name: string; readonly bytes?: number }[] | undefined;
  readonly bytes?: number | undefined;
  readonly slots?: readonly string[] | undefined;
  readonly remaining?: readonly string[] | undefined;
  readonly claims?: readonly string[] | undefined;
  readonly notReached?: readonly string[] | undefined;
  readonly resolved?: readonly string[] | undefined;
  readonly unknown?: readonly string[] | undefined;
  readonly forgotten?: readonly string[] | undefined;
  readonly spared?: readonly string[] | undefined;
  readonly waiting?: readonly string[] | undefined;
  /** there was nothing to clean */
  readonly nothing?: boolean | undefined;
  /** another process did it before */
  readonly alreadyDone?: boolean | undefined;
  /** jobs that were looked after */
  readonly jobs?: readonly string[] | undefined;
  /** the file of its report */
  readonly report?: string | undefined;
}
