# The registry of who is online, cut into more and more shards.
load style
set logscale x 2
set xrange [0.9:285]
set yrange [0:*]
set xlabel "shards of the registry"
set key maxrows 2 width 4

set lmargin at screen left[1]
set rmargin at screen right[1]
set title "CPU of one operation of the registry"
set ylabel "ns of CPU per operation"
plot for [i = 1:4] data.sprintf("threads_%d.tsv", 2**(i - 1)) using 1:2:3:4 with yerrorlines linestyle i \
     title (i == 1 ? "1 thread" : sprintf("%d threads", 2**(i - 1)))

unset label 1
set lmargin at screen left[2]
set rmargin at screen right[2]
set title "p99.9 of one operation"
set ylabel "µs"
plot for [i = 1:4] data.sprintf("threads_%d.tsv", 2**(i - 1)) using 1:5:6:7 with yerrorlines linestyle i \
     title (i == 1 ? "1 thread" : sprintf("%d threads", 2**(i - 1)))
