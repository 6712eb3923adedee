# The registry of who is online, cut into more and more shards.
load style
set logscale x 2
set xrange [0.9:285]
set yrange [0:*]
set xlabel "shards of the registry"

eval panel(1, "CPU of one operation of the registry")
set ylabel "ns of CPU per operation"
plot for [i = 1:4] data.sprintf("threads_%d.tsv", 2**(i - 1)) using 1:2:3:4 with yerrorlines linestyle i \
     title (i == 1 ? "1 thread" : sprintf("%d threads", 2**(i - 1)))

eval panel(2, "p99.9 of one operation")
set ylabel "µs"
plot for [i = 1:4] data.sprintf("threads_%d.tsv", 2**(i - 1)) using 1:5:6:7 with yerrorlines linestyle i \
     title (i == 1 ? "1 thread" : sprintf("%d threads", 2**(i - 1)))
