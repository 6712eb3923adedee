# What the plots have in common. The variables kind, picture and note come from draw; panels go side by side.
if (kind eq "png") set terminal pngcairo size 1000,460 font "DejaVu Sans,11" background "#ffffff"
if (kind eq "svg") set terminal svg size 1000,460 font "Helvetica,Arial,sans-serif,14" background "#ffffff"
set output picture

ink = "#3d444d"
blue = "#2f6fb3"; orange = "#d9730d"; green = "#2b8a5b"; violet = "#8250c4"
set border 3 linewidth 1 linecolor rgb ink
set tics nomirror textcolor rgb ink
set xlabel textcolor rgb ink
set ylabel textcolor rgb ink
set grid ytics linewidth 1 linecolor rgb "#d8dee4"
set format y "%g"
decades = '("1" 1, "10" 10, "100" 100, "1,000" 1000, "10,000" 10000, "100,000" 100000, "1,000,000" 1000000)'
set style line 1 linewidth 2 linecolor rgb blue pointtype 7 pointsize 0.6
set style line 2 linewidth 2 linecolor rgb orange pointtype 5 pointsize 0.6
set style line 3 linewidth 2 linecolor rgb green pointtype 9 pointsize 0.7
set style line 4 linewidth 2 linecolor rgb violet pointtype 13 pointsize 0.7
set bars 0.5
set offsets graph 0.02, graph 0.02, graph 0.05, graph 0

set label 1 note at screen 0.5, screen 0.035 center textcolor rgb "#656d76"
set bmargin at screen 0.215
set tmargin at screen 0.78
array left[2] = [0.07, 0.57]
array right[2] = [0.465, 0.965]
# panel(1, "title"), panel(2, "title"): to be evaluated before each plot. The key stands above the axes, where no grid is.
panel(n, title) = sprintf("set lmargin at screen left[%d]; set rmargin at screen right[%d]; \
  set label 2 \"%s\" at screen left[%d] - 0.02, screen 0.95 left font \",16\" textcolor rgb ink; \
  set key at screen left[%d] - 0.025, screen 0.92 left top vertical maxrows 2 width 2 Left reverse samplen 2 spacing 1.15 textcolor rgb ink; \
  %s", n, n, title, n, n, n == 1 ? "" : "unset label 1")
set multiplot
