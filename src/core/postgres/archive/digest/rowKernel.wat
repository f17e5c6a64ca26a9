;; Digest 2: rows of COPY text counted, looked at and hashed, and the bytes of large objects hashed. What it computes is told in rowDigest2.ts; the plain version
;; that it is held against is in the tests. `npm run wasm` makes rowKernel.ts of this file.
;;
;; A value is taken in groups of 16 bytes, w0 and w1, the last one padded with zeros (an empty value is one group of zeros):
;;   x = (a ^ w0) * P1       y = (b ^ w1) * P2
;;   a = (rotl(x, 31) + y) * P3     b = (rotl(y, 33) + a) * P4
;; and ended with its length:
;;   a ^= length, b ^= length, a += b, b += a, a = mix(a), b = mix(b), a += b, b += a
;; Both are bijections of (a, b), the first one also of (w0, w1): a change within one group is never lost.
;;
;; Memory:
;;      0  state: what a digest keeps between two pieces
;;    256  16 bytes of ones, 16 of zeros: masks
;;    288  the letters that COPY writes behind a backslash: 1 in any place, 2 `\N`, 3 `\.`
;;    992  the last 32 bytes of the piece before: the end of the value in work
;;   1024  the piece, up to 131072 bytes
;; 133120  packed chunks, up to 131072 bytes
;; 264256  seeds of the columns, 16 bytes each
(module
  (memory (export "memory") 5)
  (data (i32.const 256) "\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff")
  (data (i32.const 380) "\01")          ;; \\
  (data (i32.const 386) "\01")          ;; b
  (data (i32.const 390) "\01")          ;; f
  (data (i32.const 398) "\01")          ;; n
  (data (i32.const 402) "\01")          ;; r
  (data (i32.const 404) "\01")          ;; t
  (data (i32.const 406) "\01")          ;; v
  (data (i32.const 366) "\02")          ;; N
  (data (i32.const 334) "\03")          ;; .

  ;; state
  ;;   0 a, 8 b: the value in work     16, 24: sum of the row's values    32, 40: sum of the rows
  ;;  48 rows    56 bytes of the value in work that are hashed    64 column    68 bytes of it that wait before the piece
  ;;  72 what the next byte must be: 0 anything, 1 the letter of an escape, 2 a delimiter behind `\N`, 3 the newline behind `\.`
  ;;  76 newlines behind the end marker, -1 before it    80 columns    84 the byte that is refused    88 bytes that `chunks` made

  (func $mix (param $h i64) (result i64)
    (local.set $h (i64.mul (i64.xor (local.get $h) (i64.shr_u (local.get $h) (i64.const 33))) (i64.const 0xff51afd7ed558ccd)))
    (local.set $h (i64.mul (i64.xor (local.get $h) (i64.shr_u (local.get $h) (i64.const 33))) (i64.const 0xc4ceb9fe1a85ec53)))
    (i64.xor (local.get $h) (i64.shr_u (local.get $h) (i64.const 33))))

  ;; One group into the value in work.
  (func $group (param $w0 i64) (param $w1 i64)
    (local $x i64) (local $y i64)
    (local.set $x (i64.mul (i64.xor (i64.load (i32.const 0)) (local.get $w0)) (i64.const 0x9e3779b185ebca87)))
    (local.set $y (i64.mul (i64.xor (i64.load (i32.const 8)) (local.get $w1)) (i64.const 0xc2b2ae3d27d4eb4f)))
    (local.set $x (i64.mul (i64.add (i64.rotl (local.get $x) (i64.const 31)) (local.get $y)) (i64.const 0x165667b19e3779f9)))
    (local.set $y (i64.mul (i64.add (i64.rotl (local.get $y) (i64.const 33)) (local.get $x)) (i64.const 0x85ebca77c2b2ae63)))
    (i64.store (i32.const 0) (local.get $x))
    (i64.store (i32.const 8) (local.get $y)))

  ;; The last group of the value in work: `length` bytes at `at`, at most 16, and its end, into a and b.
  (func $end (param $at i32) (param $length i32)
    (local $v v128) (local $a i64) (local $b i64) (local $all i64)
    (local.set $v (v128.and (v128.load (local.get $at)) (v128.load (i32.sub (i32.const 272) (local.get $length)))))
    (call $group (i64x2.extract_lane 0 (local.get $v)) (i64x2.extract_lane 1 (local.get $v)))
    (local.set $all (i64.add (i64.load (i32.const 56)) (i64.extend_i32_u (local.get $length))))
    (local.set $a (i64.xor (i64.load (i32.const 0)) (local.get $all)))
    (local.set $b (i64.xor (i64.load (i32.const 8)) (local.get $all)))
    (local.set $a (i64.add (local.get $a) (local.get $b)))
    (local.set $b (i64.add (local.get $b) (local.get $a)))
    (local.set $a (call $mix (local.get $a)))
    (local.set $b (call $mix (local.get $b)))
    (local.set $a (i64.add (local.get $a) (local.get $b)))
    (i64.store (i32.const 0) (local.get $a))
    (i64.store (i32.const 8) (i64.add (local.get $b) (local.get $a)))
    (i64.store (i32.const 56) (i64.const 0)))

  ;; Takes bytes of a value that has no delimiters; the last 1 to 16 wait for what comes.
  (func (export "take") (param $n i32)
    (local $at i32) (local $end i32)
    (if (i32.eqz (local.get $n)) (then (return)))
    (local.set $at (i32.sub (i32.const 1024) (i32.load (i32.const 68))))
    (local.set $end (i32.add (i32.const 1024) (local.get $n)))
    (block $taken
      (loop $more
        (br_if $taken (i32.le_u (i32.sub (local.get $end) (local.get $at)) (i32.const 16)))
        (call $group (i64.load (local.get $at)) (i64.load offset=8 (local.get $at)))
        (i64.store (i32.const 56) (i64.add (i64.load (i32.const 56)) (i64.const 16)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $more)))
    (i32.store (i32.const 68) (i32.sub (local.get $end) (local.get $at)))
    (call $keep (local.get $end)))

  ;; Ends that value: its hash is a and b.
  (func (export "taken")
    (call $end (i32.sub (i32.const 1024) (i32.load (i32.const 68))) (i32.load (i32.const 68)))
    (i32.store (i32.const 68) (i32.const 0)))

  ;; The last bytes before `end` go before the next piece.
  (func $keep (param $end i32)
    (local $one v128) (local $other v128)
    (local.set $one (v128.load (i32.sub (local.get $end) (i32.const 32))))
    (local.set $other (v128.load (i32.sub (local.get $end) (i32.const 16))))
    (v128.store (i32.const 992) (local.get $one))
    (v128.store (i32.const 1008) (local.get $other)))

  ;; Of whole chunks of uncompressed data, five bytes of length before each, a piece. Stops at what is no such chunk. Returns the bytes that were used up.
  (func (export "chunks") (param $n i32) (result i32)
    (local $at i32) (local $end i32) (local $out i32) (local $length i32) (local $from i32) (local $to i32)
    (local.set $at (i32.const 133120))
    (local.set $end (i32.add (i32.const 133120) (local.get $n)))
    (local.set $out (i32.const 1024))
    (block $done
      (loop $chunk
        (br_if $done (i32.lt_u (i32.sub (local.get $end) (local.get $at)) (i32.const 6)))
        (br_if $done (i32.load8_u (local.get $at)))
        (local.set $length (i32.load offset=1 (local.get $at)))
        (br_if $done (i32.eqz (local.get $length)))
        (br_if $done (i32.gt_u (local.get $length) (i32.sub (i32.sub (local.get $end) (local.get $at)) (i32.const 5))))
        (local.set $from (i32.add (local.get $at) (i32.const 5)))
        (local.set $to (local.get $out))
        (local.set $at (i32.add (local.get $from) (local.get $length)))
        (local.set $out (i32.add (local.get $out) (local.get $length)))
        (loop $bytes
          (v128.store (local.get $to) (v128.load (local.get $from)))
          (local.set $from (i32.add (local.get $from) (i32.const 16)))
          (local.set $to (i32.add (local.get $to) (i32.const 16)))
          (br_if $bytes (i32.lt_u (local.get $to) (local.get $out))))
        (br $chunk)))
    (i32.store (i32.const 88) (i32.sub (local.get $out) (i32.const 1024)))
    (i32.sub (local.get $at) (i32.const 133120)))

  ;; pg_dump writes two empty lines after the end marker, and nothing else. 6 where there is.
  (func $trailer (param $at i32) (param $end i32) (result i32)
    (loop $more
      (if (i32.lt_u (local.get $at) (local.get $end))
        (then
          (if (i32.or (i32.ne (i32.load8_u (local.get $at)) (i32.const 10)) (i32.eq (i32.load (i32.const 76)) (i32.const 2)))
            (then (return (i32.const 6))))
          (i32.store (i32.const 76) (i32.add (i32.load (i32.const 76)) (i32.const 1)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $more))))
    (i32.const 0))

  (func $isDelimiter (param $byte i32) (result i32)
    (i32.or (i32.eq (local.get $byte) (i32.const 9)) (i32.eq (local.get $byte) (i32.const 10))))

  ;; Looks at the escape that begins at `at`: 0 where it may stand there, 2 to 4 where not, 100 where it is the end marker.
  (func $escape (param $at i32) (param $end i32) (result i32)
    (local $kind i32)
    (if (i32.eq (i32.add (local.get $at) (i32.const 1)) (local.get $end))
      (then (i32.store (i32.const 72) (i32.const 1)) (return (i32.const 0))))
    (local.set $kind (i32.load8_u offset=288 (i32.load8_u offset=1 (local.get $at))))
    (if (i32.eq (local.get $kind) (i32.const 1)) (then (return (i32.const 0))))
    (if (i32.eqz (local.get $kind)) (then (return (i32.const 2))))
    (if (i32.eq (local.get $kind) (i32.const 2))
      (then
        (if (i32.eqz (call $isDelimiter (i32.load8_u (i32.sub (local.get $at) (i32.const 1))))) (then (return (i32.const 4))))
        (if (i32.eq (i32.add (local.get $at) (i32.const 2)) (local.get $end))
          (then (i32.store (i32.const 72) (i32.const 2)) (return (i32.const 0))))
        (return (select (i32.const 0) (i32.const 4) (call $isDelimiter (i32.load8_u offset=2 (local.get $at)))))))
    (if (i32.ne (i32.load8_u (i32.sub (local.get $at) (i32.const 1))) (i32.const 10)) (then (return (i32.const 3))))
    (if (i32.eq (i32.add (local.get $at) (i32.const 2)) (local.get $end))
      (then (i32.store (i32.const 72) (i32.const 3)) (return (i32.const 0))))
    (select (i32.const 100) (i32.const 3) (i32.eq (i32.load8_u offset=2 (local.get $at)) (i32.const 10))))

  (func $special (param $v v128) (result i64)
    (local $delimiters v128)
    (local.set $delimiters (v128.or
      (i8x16.eq (local.get $v) (v128.const i8x16 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9))
      (i8x16.eq (local.get $v) (v128.const i8x16 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10))))
    ;; delimiters below, all else that is looked at above
    (i64.or
      (i64.extend_i32_u (i8x16.bitmask (local.get $delimiters)))
      (i64.shl
        (i64.extend_i32_u (i8x16.bitmask (v128.or
          (i8x16.eq (local.get $v) (v128.const i8x16 92 92 92 92 92 92 92 92 92 92 92 92 92 92 92 92))
          (v128.andnot
            (i8x16.lt_u (local.get $v) (v128.const i8x16 14 14 14 14 14 14 14 14 14 14 14 14 14 14 14 14))
            (local.get $delimiters)))))
        (i64.const 32))))

  ;; Takes the next `n` bytes of a table's COPY text. 0, or what is wrong with them: 1 a byte that COPY never writes, 2 an escape that it does not write, 3 the end
  ;; marker where none may be, 4 `\N` within a value, 5 the number of fields, 6 text behind the end marker. All of the piece was looked at then.
  (func (export "push") (param $n i32) (result i32)
    (local $end i32) (local $block i32) (local $start i32) (local $at i32) (local $length i32) (local $byte i32)
    (local $column i32) (local $columns i32) (local $spoken i32) (local $stop i32) (local $marker i32) (local $seed i32)
    (local $a i64) (local $b i64) (local $x i64) (local $y i64) (local $all i64)
    (local $rowA i64) (local $rowB i64) (local $sumA i64) (local $sumB i64) (local $rows i64)
    (local $delimiters i64) (local $others i64) (local $bit i64) (local $s i64)
    (local $v v128)
    (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
    (local.set $end (i32.add (i32.const 1024) (local.get $n)))
    (if (i32.ge_s (i32.load (i32.const 76)) (i32.const 0))
      (then (return (call $trailer (i32.const 1024) (local.get $end)))))
    (local.set $spoken (i32.const 1024))
    ;; what the piece before left open
    (local.set $byte (i32.load (i32.const 72)))
    (if (local.get $byte)
      (then
        (i32.store (i32.const 72) (i32.const 0))
        (if (i32.eq (local.get $byte) (i32.const 1))
          (then
            (local.set $spoken (i32.const 1025))
            (local.set $stop (call $escape (i32.const 1023) (local.get $end)))
            (if (i32.eq (local.get $stop) (i32.const 100))
              (then
                (i32.store (i32.const 76) (i32.const 0))
                (return (call $trailer (i32.const 1026) (local.get $end)))))
            (if (local.get $stop) (then (return (local.get $stop)))))
          (else
            (if (i32.eq (local.get $byte) (i32.const 2))
              (then
                (if (i32.eqz (call $isDelimiter (i32.load8_u (i32.const 1024)))) (then (return (i32.const 4)))))
              (else
                (if (i32.ne (i32.load8_u (i32.const 1024)) (i32.const 10)) (then (return (i32.const 3))))
                (i32.store (i32.const 76) (i32.const 0))
                (return (call $trailer (i32.const 1025) (local.get $end)))))))))
    (local.set $a (i64.load (i32.const 0)))
    (local.set $b (i64.load (i32.const 8)))
    (local.set $rowA (i64.load (i32.const 16)))
    (local.set $rowB (i64.load (i32.const 24)))
    (local.set $sumA (i64.load (i32.const 32)))
    (local.set $sumB (i64.load (i32.const 40)))
    (local.set $rows (i64.load (i32.const 48)))
    (local.set $all (i64.load (i32.const 56)))
    (local.set $column (i32.load (i32.const 64)))
    (local.set $columns (i32.load (i32.const 80)))
    (local.set $start (i32.sub (i32.const 1024) (i32.load (i32.const 68))))
    (local.set $block (i32.const 1024))
    (block $out
      (loop $blocks
        (br_if $out (i32.ge_u (local.get $block) (local.get $end)))
        (local.set $s (call $special (v128.load (local.get $block))))
        (local.set $delimiters (i64.and (local.get $s) (i64.const 0xffff)))
        (local.set $others (i64.shr_u (local.get $s) (i64.const 32)))
        (local.set $s (call $special (v128.load offset=16 (local.get $block))))
        (local.set $delimiters (i64.or (local.get $delimiters) (i64.shl (i64.and (local.get $s) (i64.const 0xffff)) (i64.const 16))))
        (local.set $others (i64.or (local.get $others) (i64.shl (i64.shr_u (local.get $s) (i64.const 32)) (i64.const 16))))
        (local.set $s (call $special (v128.load offset=32 (local.get $block))))
        (local.set $delimiters (i64.or (local.get $delimiters) (i64.shl (local.get $s) (i64.const 32))))
        (local.set $others (i64.or (local.get $others) (i64.shl (i64.shr_u (local.get $s) (i64.const 32)) (i64.const 32))))
        (local.set $s (call $special (v128.load offset=48 (local.get $block))))
        (local.set $delimiters (i64.or
          (i64.and (local.get $delimiters) (i64.const 0x0000ffffffffffff))
          (i64.shl (local.get $s) (i64.const 48))))
        (local.set $others (i64.or (local.get $others) (i64.shl (i64.shr_u (local.get $s) (i64.const 32)) (i64.const 48))))
        (if (i32.lt_u (i32.sub (local.get $end) (local.get $block)) (i32.const 64))
          (then
            (local.set $s (i64.sub
              (i64.shl (i64.const 1) (i64.extend_i32_u (i32.sub (local.get $end) (local.get $block))))
              (i64.const 1)))
            (local.set $delimiters (i64.and (local.get $delimiters) (local.get $s)))
            (local.set $others (i64.and (local.get $others) (local.get $s)))))
        ;; backslashes and control characters
        (block $looked
          (loop $look
            (br_if $looked (i64.eqz (local.get $others)))
            (local.set $bit (i64.ctz (local.get $others)))
            (local.set $at (i32.add (local.get $block) (i32.wrap_i64 (local.get $bit))))
            (local.set $others (i64.and (local.get $others) (i64.sub (local.get $others) (i64.const 1))))
            (local.set $byte (i32.load8_u (local.get $at)))
            (if (i32.eq (local.get $byte) (i32.const 92))
              (then
                (br_if $look (i32.lt_u (local.get $at) (local.get $spoken)))
                (local.set $spoken (i32.add (local.get $at) (i32.const 2)))
                (local.set $stop (call $escape (local.get $at) (local.get $end)))
                (br_if $look (i32.eqz (local.get $stop))))
              (else
                (br_if $look (i32.le_u (i32.sub (local.get $byte) (i32.const 1)) (i32.const 6)))
                (local.set $stop (i32.const 1))
                (i32.store (i32.const 84) (local.get $byte))))
            ;; what stands before it is still taken
            (local.set $marker (local.get $at))
            (local.set $delimiters (i64.and
              (local.get $delimiters)
              (i64.sub (i64.shl (i64.const 1) (local.get $bit)) (i64.const 1))))))
        (block $ended
          (loop $fields
            (br_if $ended (i64.eqz (local.get $delimiters)))
            (local.set $at (i32.add (local.get $block) (i32.wrap_i64 (i64.ctz (local.get $delimiters)))))
            (local.set $delimiters (i64.and (local.get $delimiters) (i64.sub (local.get $delimiters) (i64.const 1))))
            (local.set $length (i32.sub (local.get $at) (local.get $start)))
            (local.set $all (i64.add (local.get $all) (i64.extend_i32_u (local.get $length))))
            (if (i32.gt_u (local.get $length) (i32.const 16))
              (then
                (loop $groups
                  (local.set $x (i64.mul (i64.xor (local.get $a) (i64.load (local.get $start))) (i64.const 0x9e3779b185ebca87)))
                  (local.set $y (i64.mul (i64.xor (local.get $b) (i64.load offset=8 (local.get $start))) (i64.const 0xc2b2ae3d27d4eb4f)))
                  (local.set $a (i64.mul (i64.add (i64.rotl (local.get $x) (i64.const 31)) (local.get $y)) (i64.const 0x165667b19e3779f9)))
                  (local.set $b (i64.mul (i64.add (i64.rotl (local.get $y) (i64.const 33)) (local.get $a)) (i64.const 0x85ebca77c2b2ae63)))
                  (local.set $start (i32.add (local.get $start) (i32.const 16)))
                  (local.set $length (i32.sub (local.get $length) (i32.const 16)))
                  (br_if $groups (i32.gt_u (local.get $length) (i32.const 16))))))
            (local.set $v (v128.and (v128.load (local.get $start)) (v128.load (i32.sub (i32.const 272) (local.get $length)))))
            (local.set $x (i64.mul (i64.xor (local.get $a) (i64x2.extract_lane 0 (local.get $v))) (i64.const 0x9e3779b185ebca87)))
            (local.set $y (i64.mul (i64.xor (local.get $b) (i64x2.extract_lane 1 (local.get $v))) (i64.const 0xc2b2ae3d27d4eb4f)))
            (local.set $a (i64.mul (i64.add (i64.rotl (local.get $x) (i64.const 31)) (local.get $y)) (i64.const 0x165667b19e3779f9)))
            (local.set $b (i64.mul (i64.add (i64.rotl (local.get $y) (i64.const 33)) (local.get $a)) (i64.const 0x85ebca77c2b2ae63)))
            ;; the end of the value
            (local.set $a (i64.xor (local.get $a) (local.get $all)))
            (local.set $b (i64.xor (local.get $b) (local.get $all)))
            (local.set $a (i64.add (local.get $a) (local.get $b)))
            (local.set $b (i64.add (local.get $b) (local.get $a)))
            (local.set $a (i64.mul (i64.xor (local.get $a) (i64.shr_u (local.get $a) (i64.const 33))) (i64.const 0xff51afd7ed558ccd)))
            (local.set $b (i64.mul (i64.xor (local.get $b) (i64.shr_u (local.get $b) (i64.const 33))) (i64.const 0xff51afd7ed558ccd)))
            (local.set $a (i64.mul (i64.xor (local.get $a) (i64.shr_u (local.get $a) (i64.const 33))) (i64.const 0xc4ceb9fe1a85ec53)))
            (local.set $b (i64.mul (i64.xor (local.get $b) (i64.shr_u (local.get $b) (i64.const 33))) (i64.const 0xc4ceb9fe1a85ec53)))
            (local.set $a (i64.xor (local.get $a) (i64.shr_u (local.get $a) (i64.const 33))))
            (local.set $b (i64.xor (local.get $b) (i64.shr_u (local.get $b) (i64.const 33))))
            (local.set $a (i64.add (local.get $a) (local.get $b)))
            (local.set $b (i64.add (local.get $b) (local.get $a)))
            (local.set $rowA (i64.add (local.get $rowA) (local.get $a)))
            (local.set $rowB (i64.add (local.get $rowB) (local.get $b)))
            (local.set $all (i64.const 0))
            (local.set $column (i32.add (local.get $column) (i32.const 1)))
            (local.set $start (i32.add (local.get $at) (i32.const 1)))
            (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 10))
              (then
                (if (i32.ne (local.get $column) (local.get $columns))
                  (then (i64.store (i32.const 48) (local.get $rows)) (return (i32.const 5))))
                ;; the end of the row
                (local.set $x (i64.add (local.get $rowA) (local.get $rowB)))
                (local.set $y (i64.add (local.get $rowB) (local.get $x)))
                (local.set $x (call $mix (local.get $x)))
                (local.set $y (call $mix (local.get $y)))
                (local.set $x (i64.add (local.get $x) (local.get $y)))
                (local.set $y (i64.add (local.get $y) (local.get $x)))
                (local.set $sumA (i64.add (local.get $sumA) (local.get $x)))
                (local.set $sumB (i64.add (local.get $sumB) (local.get $y)))
                (local.set $rowA (i64.const 0))
                (local.set $rowB (i64.const 0))
                (local.set $rows (i64.add (local.get $rows) (i64.const 1)))
                (local.set $column (i32.const 0)))
              (else
                (if (i32.eq (local.get $column) (local.get $columns))
                  (then (i64.store (i32.const 48) (local.get $rows)) (return (i32.const 5))))))
            (local.set $seed (i32.shl (local.get $column) (i32.const 4)))
            (local.set $a (i64.load offset=264256 (local.get $seed)))
            (local.set $b (i64.load offset=264264 (local.get $seed)))
            (br $fields)))
        (br_if $out (local.get $stop))
        (local.set $block (i32.add (local.get $block) (i32.const 64)))
        (br $blocks)))
    (i64.store (i32.const 32) (local.get $sumA))
    (i64.store (i32.const 40) (local.get $sumB))
    (i64.store (i32.const 48) (local.get $rows))
    (if (local.get $stop)
      (then
        (if (i32.ne (local.get $stop) (i32.const 100)) (then (return (local.get $stop))))
        (i32.store (i32.const 76) (i32.const 0))
        (return (call $trailer (i32.add (local.get $marker) (i32.const 3)) (local.get $end)))))
    ;; of the value in work all but its last 1 to 16 bytes
    (local.set $length (i32.sub (local.get $end) (local.get $start)))
    (block $rest
      (loop $groups
        (br_if $rest (i32.le_u (local.get $length) (i32.const 16)))
        (local.set $x (i64.mul (i64.xor (local.get $a) (i64.load (local.get $start))) (i64.const 0x9e3779b185ebca87)))
        (local.set $y (i64.mul (i64.xor (local.get $b) (i64.load offset=8 (local.get $start))) (i64.const 0xc2b2ae3d27d4eb4f)))
        (local.set $a (i64.mul (i64.add (i64.rotl (local.get $x) (i64.const 31)) (local.get $y)) (i64.const 0x165667b19e3779f9)))
        (local.set $b (i64.mul (i64.add (i64.rotl (local.get $y) (i64.const 33)) (local.get $a)) (i64.const 0x85ebca77c2b2ae63)))
        (local.set $all (i64.add (local.get $all) (i64.const 16)))
        (local.set $start (i32.add (local.get $start) (i32.const 16)))
        (local.set $length (i32.sub (local.get $length) (i32.const 16)))
        (br $groups)))
    (i64.store (i32.const 0) (local.get $a))
    (i64.store (i32.const 8) (local.get $b))
    (i64.store (i32.const 16) (local.get $rowA))
    (i64.store (i32.const 24) (local.get $rowB))
    (i64.store (i32.const 56) (local.get $all))
    (i32.store (i32.const 64) (local.get $column))
    (i32.store (i32.const 68) (local.get $length))
    (call $keep (local.get $end))
    (i32.const 0)))
