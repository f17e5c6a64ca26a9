/** Reads the reviews that kubectl sends as protobuf, as far as they are looked at: the `spec` of an access or rules review. */
export function readReview(bytes: Buffer): Record<string, unknown> {
  // "k8s\0", then an envelope: the type in field 1, the message in field 2
  const envelope = fields(bytes.subarray(4));
  const type = fields(envelope.get(1) ?? empty);
  const spec = fields(fields(envelope.get(2) ?? empty).get(2) ?? empty);
  const head = { apiVersion: type.get(1)?.toString('utf8'), kind: type.get(2)?.toString('utf8') };
  if (head.kind !== 'SelfSubjectAccessReview') return { ...head, spec: { namespace: spec.get(1)?.toString('utf8') } };
  const attributes = fields(spec.get(1) ?? empty);
  const text = (field: number): string => attributes.get(field)?.toString('utf8') ?? '';
  const resourceAttributes = {
    ...{ namespace: text(1), verb: text(2), group: text(3), version: text(4) },
    ...{ resource: text(5), subresource: text(6), name: text(7) },
  };
  return { ...head, spec: { resourceAttributes } };
}

const empty = Buffer.alloc(0);

/** The length-delimited fields of a message; numbers are passed over. */
function fields(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; at < bytes.length; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const tag = number();
    const length = number();
    if ((tag & 7) !== 2) continue;
    found.set(tag >> 3, bytes.subarray(at, at + length));
    at += length;
  }
  return found;
}
