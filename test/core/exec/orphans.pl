# Plays process 1 of a container: runs a command and prints each process it inherits that ends by a signal.
use strict;
use POSIX ':sys_wait_h';
my %prctl = (x86_64 => 157, aarch64 => 167, ppc64le => 171, s390x => 172);
my $machine = (POSIX::uname())[4];
syscall($prctl{$machine}, 36, 1, 0, 0, 0) == 0 or die "prctl: $!";
my $child = fork() // die "fork: $!";
if ($child == 0) { setpgrp(0, 0); exec @ARGV or die "exec: $!"; }
close STDIN;
while ((my $pid = waitpid(-1, 0)) > 0) {
  my $signal = $? & 127;
  syswrite STDERR, "ORPHAN $pid died of signal $signal\n" if $pid != $child && $signal;
  syswrite STDERR, "ENDED\n" if $pid == $child;
}
