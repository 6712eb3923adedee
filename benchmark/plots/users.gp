# Many users, each with one application and one connection.
load style
set logscale x
set yrange [0:*]
eval "set xtics ".decades
set xlabel "users online, one connection each"

set lmargin at screen left[1]
set rmargin at screen right[1]
set title "CPU of one durable POST and its delivery"
set ylabel "µs of server CPU per message"
plot data."users.tsv" using 1:2:3:4 with yerrorlines linestyle 1 title "16 posters, as fast as answered"

unset label 1
set lmargin at screen left[2]
set rmargin at screen right[2]
set title "Time from POST to delivery"
set ylabel "µs, p50"
plot data."users.tsv" using 1:5:6:7 with yerrorlines linestyle 1 title "1,000 POSTs a second on a schedule"
