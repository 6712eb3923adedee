# Many stored messages.
load style
set logscale x
set yrange [0:*]
eval "set xtics ".decades
set xlabel "stored messages of the application"

eval panel(1, "CPU of one durable POST")
set ylabel "µs of server CPU per POST"
plot data."posts.tsv" using 1:2:3:4 with yerrorlines linestyle 1 title "16 posters, as fast as answered"

eval panel(2, "One page of 100")
set ylabel "µs per page"
plot data."pages.tsv" using 1:2:3:4 with yerrorlines linestyle 1 title "GET /message?limit=100 to its answer, median", \
     "" using 1:5:6:7 with yerrorlines linestyle 2 title "server CPU"
