import { randomBytes } from 'node:crypto';

/** The page of the inspector: empty until its script has been told what to show. Nothing runs in it but that script. */
export function archivePage(addresses: {
  readonly script: string;
  readonly style: string;
  /** where the editor serves styles from */
  readonly source: string;
}): string {
  const nonce = randomBytes(16).toString('hex');
  const policy = `default-src 'none'; style-src ${addresses.source}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${addresses.style}">
<title>Archive</title>
</head>
<body>
<div id="page"></div>
<script nonce="${nonce}" src="${addresses.script}"></script>
</body>
</html>
`;
}
