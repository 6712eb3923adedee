# One user with many connections.
load style
set xrange [0:*]
set offsets graph 0, graph 0.02, graph 0.05, graph 0
set yrange [0:*]
set xtics ("1,000" 1000, "5,000" 5000, "10,000" 10000, "15,000" 15000, "19,000" 19000)
set xlabel "connections of one user"

eval panel(1, "CPU of one delivery in a fan-out")
set ylabel "µs of CPU per delivery"
plot data."per_delivery.tsv" using 1:2:3:4 with yerrorlines linestyle 1 title "server: POST, commit, fan-out", \
     "" using 1:5:6:7 with yerrorlines linestyle 2 title "a loop of bare send()s, same run"

eval panel(2, "User memory above the empty server")
set ylabel "kB (Pss\\_Anon)"
plot data."memory.tsv" using 1:($2/1000) with linespoints linestyle 1 title "a line: ".slope." bytes per connection"
