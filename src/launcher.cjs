#!/usr/bin/env node
// The first file of the command line: copied to `dist/cli.js`, with the bundle beside it. Any Node must be able to read it, however old, as a
// script or as a module: nothing in it is newer than ES5. Where this Node is too old, the one that a clone installed for itself runs it; where there is none, one
// sentence says which Node is needed.
(function () {
  var needed = [22, 15];
  var found = process.versions.node.split('.').map(Number);
  // zstd came to 22 and to 23 in these releases
  var isOld = found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1]);
  if (isOld || (found[0] === 23 && found[1] < 8)) {
    if (runByOwn()) return;
    var instead = 'put a newer one first on PATH, or, in a clone of its repository, start it with `npx db-ferry`.';
    var own = 'this is Node ' + process.versions.node + ' (' + process.execPath + ')';
    process.stderr.write('DB Ferry needs Node ' + needed.join('.') + ' or newer, and ' + own + ': ' + instead + '\n');
    process.exitCode = 1;
    return;
  }
  /** True where there is a Node beside the bundle: it runs, and this process ends as it does. The oldest can look for none. */
  function runByOwn() {
    if (!process.getBuiltinModule) return false;
    var script, node;
    try {
      // a link in a bin folder leads into the clone
      script = process.getBuiltinModule('fs').realpathSync(process.argv[1]);
      node = process.getBuiltinModule('path').join(script, '../../node_modules/node/bin/node');
      process.getBuiltinModule('fs').accessSync(node, 1);
    } catch (error) {
      return false;
    }
    var args = [script].concat(process.argv.slice(2));
    var child = process.getBuiltinModule('child_process').spawn(node, args, { stdio: 'inherit' });
    // a terminal signals both: it is the other one that knows what to do
    process.on('SIGINT', function () {});
    ['SIGTERM', 'SIGHUP'].forEach(function (signal) {
      process.on(signal, function () {
        child.kill(signal);
      });
    });
    child.on('exit', function (code, signal) {
      if (signal === null) return process.exit(code);
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
    return true;
  }
  var createRequire = process.getBuiltinModule('module').createRequire;
  // a link in a bin folder leads here, too
  var here = createRequire(process.cwd() + '/').resolve(process.argv[1]);
  createRequire(here)('./db-ferry.cjs');
})();
