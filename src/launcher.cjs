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
  /**
   * What the bundle compiles to is kept for the next start, in a folder of this user's own: it runs as it lies there, so that a folder into which somebody else could put something is not used. It is
   * no matter to what is asked for: where nothing can be kept, it is compiled each time.
   */
  function keepCompiled(script) {
    try {
      var env = process.env;
      // Windows has no such modes
      if (env.NODE_DISABLE_COMPILE_CACHE || env.NODE_COMPILE_CACHE || !process.getuid) return;
      var fs = process.getBuiltinModule('fs');
      var path = process.getBuiltinModule('path');
      var caches = env.XDG_CACHE_HOME;
      if (!caches || !path.isAbsolute(caches)) {
        if (!env.HOME || !path.isAbsolute(env.HOME)) return;
        caches = path.join(env.HOME, '.cache');
      }
      // a folder of its own: one beside it may be where backups, keys or jobs are
      var folder = path.join(caches, 'db-ferry', 'compiled');
      fs.mkdirSync(folder, { recursive: true, mode: 448 });
      folder = fs.realpathSync(folder);
      for (var at = folder, own = true; ; at = path.dirname(at), own = false) {
        var stat = fs.statSync(at);
        var isOurs = stat.uid === process.getuid() || (!own && stat.uid === 0);
        // sticky: what is in it can be renamed by its owner alone
        var isShut = (stat.mode & 18) === 0 || (!own && (stat.mode & 512) !== 0);
        if (!isOurs || !isShut) return;
        if (at === path.dirname(at)) break;
      }
      // one version's only: an update of it leaves nothing behind
      var bundle = fs.statSync(path.join(script, '../db-ferry.cjs'));
      var kept = bundle.size + '-' + Math.round(bundle.mtimeMs) + '-' + process.versions.node;
      fs.readdirSync(folder).forEach(function (name) {
        if (name === kept || !/^\d+-\d+-\d+\.\d+\.\d+$/.test(name)) return;
        fs.rmSync(path.join(folder, name), { recursive: true, force: true });
      });
      process.getBuiltinModule('module').enableCompileCache(path.join(folder, kept));
    } catch (error) {
      // it is compiled then
    }
  }
  var createRequire = process.getBuiltinModule('module').createRequire;
  // a link in a bin folder leads here, too
  var here = createRequire(process.cwd() + '/').resolve(process.argv[1]);
  keepCompiled(here);
  createRequire(here)('./db-ferry.cjs');
})();
