/** The fields of an object that are there: those that may be undefined become optional, as `exactOptionalPropertyTypes` wants them. */
export type Defined<Fields extends object> = Flat<
  { readonly [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name] } & {
    readonly [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined>;
  }
>;

type Flat<Fields> = { [Name in keyof Fields]: Fields[Name] };

/** A copy without the fields that are undefined: `defined({ reason })` is `{}` where there is no reason. Pure. */
export function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<Fields>;
}
