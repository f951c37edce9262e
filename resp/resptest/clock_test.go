package resptest

import (
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestFrozenClockFiresInOrder(t *testing.T) {
	start := time.UnixMilli(1000)
	c := NewClock(start)
	var fired []int
	for _, i := range []int{3, 1, 2, 4} {
		engineClock{c}.AfterFunc(time.Duration(i)*time.Second, func() { fired = append(fired, i) })
	}
	c.Advance(999 * time.Millisecond)
	if len(fired) != 0 {
		t.Errorf("fired early: %v", fired)
	}
	c.Advance(2001 * time.Millisecond)
	if !slices.Equal(fired, []int{1, 2, 3}) {
		t.Errorf("fired %v", fired)
	}
	c.Set(start.Add(4 * time.Second))
	if !slices.Equal(fired, []int{1, 2, 3, 4}) || !c.Now().Equal(start.Add(4*time.Second)) {
		t.Errorf("fired %v, it is %v", fired, c.Now())
	}
}

func TestRunningClockIsMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := new(Clock)
		var fired atomic.Int64
		timer := engineClock{c}.AfterFunc(time.Hour, func() { fired.Add(1) })
		time.Sleep(time.Minute)
		c.Advance(58 * time.Minute)
		synctest.Wait()
		if fired.Load() != 0 {
			t.Error("fired a minute early")
		}
		time.Sleep(time.Minute) // what is left of the hour
		synctest.Wait()
		if n := fired.Load(); n != 1 {
			t.Errorf("fired %d times", n)
		}
		timer.Reset(time.Hour)
		c.Advance(2 * time.Hour)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if n := fired.Load(); n != 2 {
			t.Errorf("fired %d times, moved past it", n)
		}
		timer.Reset(time.Second)
		if !timer.Stop() || timer.Stop() {
			t.Error("Stop")
		}
		time.Sleep(time.Hour)
		if fired.Load() != 2 {
			t.Error("fired after Stop")
		}
	})
}
