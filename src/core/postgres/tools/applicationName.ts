/** The application_name of a job's sessions, or what it begins with, by which they are found and ended. */
export function applicationOf(job: string): string {
  return `db-ferry-${job}`.slice(0, 63);
}
