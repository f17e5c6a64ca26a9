#!/usr/bin/env node
// The first file of the command line: copied to `dist/cli.js`, with the bundle beside it. Any Node must be able to read it, however old, as a
// script or as a module: nothing in it is newer than ES5. It says in one sentence which Node is needed where this one is too old.
(function () {
  var needed = [22, 15];
  var found = process.versions.node.split('.').map(Number);
  // zstd came to 22 and to 23 in these releases
  var isOld = found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1]);
  if (isOld || (found[0] === 23 && found[1] < 8)) {
    var instead = 'put a newer one first on PATH, or, in a clone of its repository, start it with `npx db-ferry`.';
    var own = 'this is Node ' + process.versions.node + ' (' + process.execPath + ')';
    process.stderr.write('DB Ferry needs Node ' + needed.join('.') + ' or newer, and ' + own + ': ' + instead + '\n');
    process.exitCode = 1;
    return;
  }
  var createRequire = process.getBuiltinModule('module').createRequire;
  // a link in a bin folder leads here, too
  var here = createRequire(process.cwd() + '/').resolve(process.argv[1]);
  createRequire(here)('./db-ferry.cjs');
})();
