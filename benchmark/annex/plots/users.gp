# Many users, each with one application and one connection.
load style
set logscale x
set yrange [0:*]
eval "set xtics ".decades
set xlabel "users online, one connection each"

eval panel(1, "CPU of one durable POST and its delivery")
set ylabel "µs of server CPU per message"
plot data."users.tsv" using 1:2:3:4 with yerrorlines linestyle 1 title "16 posters, as fast as answered"

eval panel(2, "Time from POST to delivery")
set ylabel "µs, p50"
plot data."users.tsv" using 1:5:6:7 with yerrorlines linestyle 1 title "1,000 POSTs a second on a schedule"
